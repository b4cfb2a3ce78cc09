"""People make accounts for themselves, where the settings let them."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.outbox import emit
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.security.links.models import Registration, RegistrationState
from app.security.links.registrations import EVENT, free_username
from app.security.models import Preference
from app.security.passwords import is_password_of
from tests.fixtures.mail import deliver_everything, mail_server, mailing_to, text_of
from tests.security.conftest import find
from tests.security.links.conftest import CHOICE, NEW, path_in_mail

ADDRESS = "bo.berg@elsewhere.example"
BO = {"first_name": "Bo", "last_name": "Berg", "email": ADDRESS}
SCREEN = "/administration/registrations"
WAITING, APPROVED, REFUSED = RegistrationState


@pytest.fixture
def mode(app):
    """`with mode("open", "Team"):` sets who may register, and with which role."""

    @contextmanager
    def use(mode, role=""):
        names = ("BUREAU_REGISTRATION", "BUREAU_REGISTRATION_ROLE")
        before = {name: app.config[name] for name in names}
        app.config.update(zip(names, (mode, role), strict=True))
        yield
        app.config.update(before)

    return use


@pytest.fixture
def open_to_all(mode):
    with mode("open", "Team"):
        yield


@pytest.fixture
def with_approval(mode):
    with mode("approval", "Team"):
        yield


@pytest.fixture
def applied(with_approval, client, cast, postbox, db_session):
    """Bo has asked for an account and confirmed the address."""
    client.post("/register/", data=BO)
    client.post(path_in_mail(postbox, ADDRESS))
    return find(Registration, email=ADDRESS)


@pytest.mark.both_databases
def test_whoever_confirms_the_address_gets_an_account(open_to_all, client, cast, postbox):
    client.post("/register/", data=BO)
    path = path_in_mail(postbox, ADDRESS)

    page, made = client.get(path), client.post(path, data=CHOICE)

    user = find(User, email=ADDRESS)
    assert (page.status_code, made.status_code) == (200, 303)
    assert (user.username, user.first_name, user.last_name) == ("bo.berg", "Bo", "Berg")
    assert [role.name for role in user.roles] == ["Team"]
    assert is_password_of(user, NEW)
    assert client.get("/home/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_registers_unless_the_settings_say_so(client, cast, method):
    assert getattr(client, method)("/register/", data=BO).status_code == 404
    assert "/register/" not in client.get("/login/").text


def test_the_login_page_leads_there(open_to_all, client, cast):
    assert 'href="/register/"' in client.get("/login/").text


def test_no_account_is_made_before_the_address_is_confirmed(
    open_to_all, client, cast, postbox, db_session
):
    client.post("/register/", data=BO)
    client.get(path_in_mail(postbox, ADDRESS))

    assert db_session.scalar(sa.select(User).where(User.email == ADDRESS)) is None


def test_the_answer_and_the_work_are_the_same_for_an_address_that_has_an_account(
    open_to_all, client, cast, statements
):
    pages, work = set(), set()
    for address in ("owner@cast.example", "somebody@elsewhere.example"):
        with statements() as made:
            page = client.post("/register/", data=BO | {"email": address}).text
        pages.add(re.sub(r'(nonce|content|value)="[^"]*"', "", page).replace(address, ""))
        work.add(tuple(made))

    assert len(pages) == len(work) == 1
    assert not any("ab_user" in statement for statement in work.pop())


def test_who_has_an_account_is_told_so_and_nobody_else(open_to_all, client, cast, postbox):
    client.post("/register/", data=BO | {"email": "OWNER@cast.example"})
    deliver_everything()

    (mail,) = postbox.taken
    assert mail["To"] == "owner@cast.example"
    assert "/links/" not in text_of(mail)
    assert "cast-owner" in text_of(mail)


def test_a_mail_to_a_stranger_holds_nothing_that_was_typed(open_to_all, client, cast, postbox):
    client.post("/register/", data=BO | {"first_name": "Buy at evil.example"})
    deliver_everything()

    assert "evil.example" not in text_of(postbox.taken[0])


def test_two_confirmations_make_one_account(open_to_all, client, cast, postbox, app):
    for _number in range(2):
        client.post("/register/", data=BO)
    deliver_everything()
    texts = [text_of(mail) for mail in postbox.to(ADDRESS)]
    paths = [re.search(r"/links/registration/\S+", text).group() for text in texts]

    answers = [app.test_client().post(path, data=CHOICE) for path in paths]

    assert [answer.status_code for answer in answers] == [303, 410]
    assert "There is an account with this mail address already." in answers[1].text


def test_nobody_gets_a_role_that_does_not_exist(mode, client, cast, postbox, db_session):
    with mode("open", "Nobody"):
        client.post("/register/", data=BO)
        answer = client.post(path_in_mail(postbox, ADDRESS), data=CHOICE)

    assert answer.status_code == 410
    assert db_session.scalar(sa.select(User).where(User.email == ADDRESS)) is None


def test_the_link_ends_when_registration_is_switched_off(mode, client, cast, postbox):
    with mode("open"):
        client.post("/register/", data=BO)
        path = path_in_mail(postbox, ADDRESS)

    assert client.get(path).status_code == 410
    assert client.post(path, data=CHOICE).status_code == 410


def test_the_language_of_the_form_is_kept(open_to_all, client, cast, postbox, db_session):
    client.set_cookie("locale", "pt")
    client.post("/register/", data=BO)
    path = path_in_mail(postbox, ADDRESS)
    client.post(path, data=CHOICE)

    assert postbox.to(ADDRESS)[0]["Content-Language"] == "pt"
    assert find(Preference, user_id=find(User, email=ADDRESS).id).locale == "pt"


@pytest.mark.parametrize("changes", [{"email": "nonsense"}, {"email": ""}, {"first_name": ""}])
def test_what_cannot_be_is_refused(open_to_all, client, cast, db_session, changes):
    assert client.post("/register/", data=BO | changes).status_code == 422
    assert db_session.scalar(sa.select(sa.func.count(OutboxEvent.id))) == 0


def test_asking_is_slowed_down(make_app):
    app = make_app(RATELIMIT_ENABLED=True, BUREAU_REGISTRATION="open")
    client = app.test_client()
    with mail_server() as postbox, mailing_to(app, postbox):
        answers = [client.post("/register/", data=BO).status_code for _number in range(21)]
        with app.app_context():
            deliver_everything()

    assert answers == [200] * 20 + [429]
    assert len(postbox.taken) == 3


@pytest.mark.both_databases
def test_with_approval_an_administrator_decides(applied, app, client, cast, login, postbox):
    login(client, cast.admin)
    page = client.get(f"{SCREEN}/list/").text

    client.post(f"{SCREEN}/bulk/approve", data={"key": applied.id})
    path = path_in_mail(postbox, ADDRESS)
    visitor = app.test_client()
    chosen = visitor.post(path, data=CHOICE)

    user = find(User, email=ADDRESS)
    db.session.refresh(applied)
    assert ADDRESS in page
    assert chosen.status_code == 303
    assert [role.name for role in user.roles] == ["Team"]
    assert (applied.state, applied.decided_by_id) == (APPROVED, cast.admin.id)
    assert visitor.get("/home/").status_code == 200


def test_before_that_there_is_no_account(applied, db_session):
    assert applied.state is WAITING
    assert db_session.scalar(sa.select(User).where(User.email == ADDRESS)) is None


def test_who_is_refused_is_told(applied, client, cast, login, postbox, db_session):
    login(client, cast.admin)
    client.post(f"{SCREEN}/bulk/refuse", data={"key": applied.id})
    deliver_everything()

    db_session.refresh(applied)
    assert applied.state is REFUSED
    assert "was not approved" in text_of(postbox.to(ADDRESS)[-1])
    assert db_session.scalar(sa.select(User).where(User.email == ADDRESS)) is None


def test_it_is_decided_once(applied, client, cast, login, postbox, db_session):
    login(client, cast.admin)
    for name in ("approve", "approve", "refuse"):
        client.post(f"{SCREEN}/bulk/{name}", data={"key": applied.id})

    db_session.refresh(applied)
    assert applied.state is APPROVED
    assert db_session.scalar(sa.select(sa.func.count(User.id)).where(User.email == ADDRESS)) == 1


@pytest.mark.parametrize("name", ["approve", "refuse"])
def test_whoever_may_not_decides_nothing(applied, client, cast, login, db_session, name):
    login(client, cast.stranger)

    answer = client.post(f"{SCREEN}/bulk/{name}", data={"key": applied.id})

    db_session.refresh(applied)
    assert answer.status_code == 403
    assert applied.state is WAITING


def test_nobody_writes_a_registration_by_hand(applied, client, cast, login):
    login(client, cast.admin)

    for path in ("add", f"edit/{applied.id}", f"delete/{applied.id}"):
        assert client.post(f"{SCREEN}/{path}", data=BO).status_code in (403, 404)


def test_a_name_is_found_that_nobody_has(db_session, cast):
    assert free_username("Jo!hn+x@a.example") == "johnx"
    assert re.fullmatch(r"cast-owner\d{4}", free_username("cast-owner@a.example"))
    assert free_username("@a.example") == "user"


def test_an_event_from_before_the_switch_leads_to_nothing(db_session, cast, postbox):
    emit(EVENT, {**BO, "locale": "en", "timezone": None})
    deliver_everything()

    assert postbox.taken == []
