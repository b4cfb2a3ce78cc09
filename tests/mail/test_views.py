"""The screen of mails: read only, without secrets, with a second try."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from tests.fixtures.mail import deliver_everything
from tests.mail.conftest import START, only_mail

SCREEN = "/administration/mails"
ANA = {"to": "ana@readers.example", "name": "swordfish", "at": START}


@pytest.fixture
def admin(client, cast, login):
    return login(client, cast.admin)


@pytest.fixture
def written(db_session, hello):
    key = send(hello, **ANA)
    db_session.commit()
    return key


@pytest.fixture
def written_secret(db_session, secret):
    key = send(secret, **ANA)
    db_session.commit()
    return key


def test_a_mail_is_shown_with_its_text(admin, written):
    page = admin.get(f"{SCREEN}/show/{written}").text

    assert "swordfish, Log out" in page
    assert "ana@readers.example" in admin.get(f"{SCREEN}/list/").text


def test_no_door_shows_a_secret_body(admin, written_secret):
    secret = db.session.scalar(sa.select(MailMessage.sealed))
    doors = ["list/", f"show/{written_secret}", f"preview/{written_secret}", "export/csv"]
    pages = [admin.get(f"{SCREEN}/{door}").text for door in doors]
    pages += [admin.get(f"/api/v1/mails/{path}").text for path in ("", written_secret)]

    assert "Not shown" in pages[1]
    for page in pages:
        assert "swordfish, Log out" not in page
        assert secret not in page


def test_the_body_is_in_no_list_export_or_search(admin, written):
    for door in (f"{SCREEN}/list/", f"{SCREEN}/export/csv", "/api/v1/mails/"):
        assert "Log out, " not in admin.get(door).text.replace("Log out</", "")
    assert "ana@readers" not in admin.get(f"{SCREEN}/list/?q=Nov").text


def test_the_preview_may_do_nothing(admin, written):
    answer = admin.get(f"{SCREEN}/preview/{written}")
    policy = answer.headers["Content-Security-Policy"]

    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-" not in policy
    assert "swordfish" in answer.text


def test_a_developer_without_a_server_sees_even_secrets(app, admin, written_secret, postbox):
    app.config["BUREAU_ENV"] = "development"
    with_server = admin.get(f"{SCREEN}/show/{written_secret}").text
    app.extensions["mail"].suppress = True
    without = admin.get(f"{SCREEN}/show/{written_secret}").text
    app.config["BUREAU_ENV"] = "testing"

    assert "swordfish, Log out" not in with_server
    assert "swordfish, Log out" in without


def test_it_says_when_there_is_no_server(admin, db_session, request):
    without = admin.get(f"{SCREEN}/list/").text
    request.getfixturevalue("postbox")

    assert "No mail server is configured" in without
    assert "No mail server is configured" not in admin.get(f"{SCREEN}/list/").text


@pytest.mark.parametrize("state", [MailState.FAILED, MailState.KEPT])
def test_what_was_not_sent_can_be_sent_again(admin, written, postbox, state):
    deliver_everything()
    db.session.execute(sa.update(MailMessage).values(state=state))
    db.session.commit()
    data = {"key": written}

    page = admin.post(f"{SCREEN}/bulk/resend", data=data, follow_redirects=True)
    deliver_everything()

    assert "1 mail is sent again." in page.text
    assert only_mail().state is MailState.SENT
    assert len({message["Message-ID"] for message in postbox.taken}) == 1


@pytest.mark.parametrize("state", [MailState.SENT, MailState.QUEUED])
def test_what_was_sent_or_waits_is_not_sent_twice(admin, written, postbox, state):
    deliver_everything()
    db.session.execute(sa.update(MailMessage).values(state=state))
    db.session.commit()

    admin.post(f"{SCREEN}/bulk/resend", data={"key": written})
    deliver_everything()

    assert len(postbox.taken) == 1


def test_the_list_can_be_filtered(admin, written):
    shown = {
        query: "ana@readers.example" in admin.get(f"{SCREEN}/list/?filter={query}").text
        for query in ("state:any:queued", "state:any:sent", "name:eq:test_hello", "name:eq:x")
    }

    assert list(shown.values()) == [True, False, True, False]


@pytest.mark.parametrize(("person", "status"), [("stranger", 403), (None, 302)])
def test_others_stay_outside(client, cast, login, written, person, status):
    if person:
        login(client, getattr(cast, person))

    answers = [
        client.get(f"{SCREEN}/list/"),
        client.get(f"{SCREEN}/show/{written}"),
        client.get(f"{SCREEN}/preview/{written}"),
        client.post(f"{SCREEN}/bulk/resend", data={"key": written}),
    ]

    assert [answer.status_code for answer in answers] == [status] * 4


@pytest.mark.parametrize("path", ["add", "edit/{}", "delete/{}"])
def test_nobody_changes_a_mail_by_hand(admin, written, path):
    assert admin.post(f"{SCREEN}/{path.format(written)}").status_code in (403, 404)
    assert only_mail().subject == "Hello swordfish"
