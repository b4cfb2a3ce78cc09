"""An administrator invites somebody, who chooses a password by a link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User

from app.core.clock import ManualClock, use_clock
from app.security.passwords import is_password_of
from tests.fixtures.mail import deliver_everything, text_of
from tests.security.conftest import find
from tests.security.links.conftest import CHOICE, NEW, path_in_mail

USERS = "/administration/users"
ADDRESS = "bo@cast.example"
BO = {
    "username": "bo",
    "first_name": "Bo",
    "last_name": "Berg",
    "email": ADDRESS,
    "active": "true",
    "roles": [""],
    "groups": [""],
    "invite": "true",
}


@pytest.fixture
def admin(client, cast, login):
    return login(client, cast.admin)


@pytest.mark.both_databases
def test_who_is_invited_chooses_a_password_and_is_signed_in(app, admin, cast, postbox):
    answer = admin.post(f"{USERS}/add", data=BO)
    path = path_in_mail(postbox, ADDRESS)
    visitor = app.test_client()

    page = visitor.get(path)
    chosen = visitor.post(path, data=CHOICE)

    assert answer.status_code == 302
    assert "bo" in page.text
    assert chosen.status_code == 303
    assert visitor.get("/home/").status_code == 200
    assert is_password_of(find(User, username="bo"), NEW)


def test_the_mail_says_who_invites(admin, cast, postbox):
    admin.post(f"{USERS}/add", data=BO)
    deliver_everything()

    assert "Admin Cast has made an account for you" in text_of(postbox.to(ADDRESS)[0])


def test_the_box_is_ticked_where_mails_can_be_sent(admin, app, request):
    def is_ticked():
        return (
            'name="invite"' in (page := admin.get(f"{USERS}/add").text)
            and "checked" in (page.split('name="invite"')[1].split(">")[0])
        )

    without = is_ticked()
    request.getfixturevalue("postbox")

    assert (without, is_ticked()) == (False, True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"new_password": NEW}, "not both"),
        ({"invite": ""}, "Fill in this field."),
    ],
)
def test_there_is_one_way_to_a_password(admin, db_session, postbox, changes, message):
    answer = admin.post(f"{USERS}/add", data=BO | changes)

    assert answer.status_code == 422
    assert message in answer.text
    deliver_everything()
    assert postbox.taken == []


def test_nobody_logs_in_without_a_password(app, admin, sign_in, postbox):
    admin.post(f"{USERS}/add", data=BO)

    for password in ("", "None", "null", NEW):
        assert sign_in(app.test_client(), "bo", password).status_code in (401, 422)


def test_the_list_shows_who_is_invited_until_they_have_chosen(app, admin, cast, postbox):
    def is_shown():
        return "bo@cast.example" in admin.get(f"{USERS}/list/?filter=is_invited:is:true").text

    admin.post(f"{USERS}/add", data=BO)
    path = path_in_mail(postbox, ADDRESS)
    before = is_shown()
    app.test_client().post(path, data=CHOICE)

    assert (before, is_shown()) == (True, False)


def test_a_second_invitation_ends_the_first(app, admin, cast, postbox):
    admin.post(f"{USERS}/add", data=BO)
    first = path_in_mail(postbox, ADDRESS)
    user = find(User, username="bo")

    answer = admin.post(f"{USERS}/bulk/invite", data={"key": user.id}, follow_redirects=True)
    second = path_in_mail(postbox, ADDRESS)

    visitor = app.test_client()
    assert "1 invitation was sent." in answer.text
    assert visitor.get(first).status_code == 410
    assert visitor.get(second).status_code == 200


def test_only_who_is_invited_is_invited_again(admin, cast, postbox):
    data = {"key": cast.owner.id}
    answer = admin.post(f"{USERS}/bulk/invite", data=data, follow_redirects=True)
    deliver_everything()

    assert "0 invitations were sent." in answer.text
    assert postbox.taken == []


def test_an_invitation_is_good_for_a_week(app, admin, cast, postbox):
    with use_clock(ManualClock(datetime.now(UTC))) as clock:
        admin.post(f"{USERS}/add", data=BO)
        path = path_in_mail(postbox, ADDRESS)
        visitor = app.test_client()
        clock.advance(timedelta(days=6, hours=23))
        before = visitor.get(path).status_code
        clock.advance(timedelta(hours=2))

        assert (before, visitor.get(path).status_code) == (200, 410)
        assert visitor.post(path, data=CHOICE).status_code == 410


def test_whoever_may_not_add_users_invites_nobody(client, cast, login, postbox):
    login(client, cast.stranger)

    answers = [
        client.post(f"{USERS}/add", data=BO),
        client.post(f"{USERS}/bulk/invite", data={"key": cast.owner.id}),
    ]
    deliver_everything()

    assert [answer.status_code for answer in answers] == [403, 403]
    assert postbox.taken == []


def test_who_is_disabled_cannot_use_the_invitation(app, admin, cast, postbox, db_session):
    admin.post(f"{USERS}/add", data=BO)
    path = path_in_mail(postbox, ADDRESS)
    admin.post(f"{USERS}/bulk/deactivate", data={"key": find(User, username="bo").id})

    assert app.test_client().post(path, data=CHOICE).status_code == 410
