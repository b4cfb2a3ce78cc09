"""The page that asks for the password again loses nothing of what was typed."""

from __future__ import annotations

import html
import re

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.core.clock import now
from app.security.audit import SecurityEvent
from app.security.models import UserSession
from tests.fixtures.people import PASSWORD
from tests.security.conftest import find_pair, let_grow_old

ROLES = "/administration/roles"


@pytest.fixture
def role(db_session):
    """A role that nobody in the cast holds."""
    role = Role(name="Reader")
    db_session.add(role)
    db_session.commit()
    return role


@pytest.fixture
def admin(client, cast, login):
    """A browser of the administrator, who gave the password a while ago."""
    login(client, cast.admin)
    let_grow_old()
    return client


def kept_in(page: str) -> str:
    """What the page brings along, sealed."""
    found = re.search(r'name="_kept" value="([^"]*)"', page)
    assert found
    return html.unescape(found.group(1))


def answered(page: str, password: str = PASSWORD) -> dict[str, str]:
    """What the page's form sends."""
    return {"_confirm": "password", "_confirm_password": password, "_kept": kept_in(page)}


def given(*pairs) -> dict:
    """What the form of a role sends."""
    keys = [str(pair.id) for pair in pairs]
    return {"name": "Reads; ünd <more>", "permissions": ["", *keys], "step": "save"}


@pytest.mark.both_databases
def test_form_is_saved_as_it_was_typed_once_it_is_proved(admin, role, db_session):
    pairs = [find_pair("can_read", name) for name in ("User", "Role")]
    asked = admin.post(f"{ROLES}/edit/{role.id}", data=given(*pairs))

    answer = admin.post(f"{ROLES}/edit/{role.id}", data=answered(asked.text))

    assert answer.status_code == 302
    assert answer.location == f"{ROLES}/show/{role.id}"
    db_session.refresh(role)
    assert role.name == "Reads; ünd <more>"
    assert {pair.id for pair in role.permissions} == {pair.id for pair in pairs}


def test_after_that_nothing_is_asked_for_a_while(admin, role, db_session):
    asked = admin.post(f"{ROLES}/edit/{role.id}", data=given())
    admin.post(f"{ROLES}/edit/{role.id}", data=answered(asked.text))

    admin.post(f"{ROLES}/edit/{role.id}", data=given() | {"name": "Another"})

    db_session.refresh(role)
    assert role.name == "Another"


def test_wrong_password_keeps_what_was_typed_and_saves_nothing(admin, role, db_session):
    asked = admin.post(f"{ROLES}/edit/{role.id}", data=given())

    again = admin.post(f"{ROLES}/edit/{role.id}", data=answered(asked.text, "wrong"))

    assert again.status_code == 422
    assert "This is not right. Try again." in again.text
    db_session.refresh(role)
    assert role.name == "Reader"
    admin.post(f"{ROLES}/edit/{role.id}", data=answered(again.text))
    db_session.refresh(role)
    assert role.name == "Reads; ünd <more>"


def test_page_shows_nothing_of_what_was_typed(admin, cast):
    words = "four unrelated words here"
    data = {"new_password": words, "repeated": words}

    asked = admin.post(f"/administration/users/password/{cast.stranger.id}", data=data)

    assert asked.status_code == 403
    assert words not in asked.text
    assert asked.headers["Cache-Control"] == "no-store"


def test_what_was_typed_fits_one_address_only(admin, role):
    other = Role(name="Other")
    asked = admin.post(f"{ROLES}/edit/{role.id}", data=given())

    answer = admin.post(f"{ROLES}/add", data=answered(asked.text))

    assert answer.status_code == 400
    assert other.id is None


def test_what_was_typed_fits_one_session_only(app, admin, cast, login, role, db_session):
    asked = admin.post(f"{ROLES}/edit/{role.id}", data=given())
    other = login(app.test_client(), cast.admin)

    answer = other.post(f"{ROLES}/edit/{role.id}", data=answered(asked.text))

    assert answer.status_code == 400
    db_session.refresh(role)
    assert role.name == "Reader"


@pytest.mark.parametrize("kept", ["x", "gAAAAA", "é"])
def test_what_was_typed_cannot_be_made_up(admin, role, kept):
    data = {"_confirm": "password", "_confirm_password": PASSWORD, "_kept": kept}

    assert admin.post(f"{ROLES}/edit/{role.id}", data=data).status_code == 400


@pytest.mark.parametrize("way", ["", "none", "recovery"])
def test_way_that_is_none_proves_nothing(admin, role, db_session, way):
    asked = admin.post(f"{ROLES}/edit/{role.id}", data=given())

    data = answered(asked.text) | {"_confirm": way}

    assert admin.post(f"{ROLES}/edit/{role.id}", data=data).status_code == 422
    db_session.refresh(role)
    assert role.name == "Reader"


def test_page_of_its_own_leads_on(admin, db_session):
    data = {"_confirm": "password", "_confirm_password": PASSWORD}

    answer = admin.post("/confirm/?next=/profile/edit/", data=data)

    assert answer.location == "/profile/edit/"
    held = db_session.scalars(sa.select(UserSession)).one()
    assert (now() - held.confirmed_at).total_seconds() < 60


def test_page_of_its_own_leads_to_no_other_host(admin):
    data = {"_confirm": "password", "_confirm_password": PASSWORD}

    assert admin.post("/confirm/?next=//evil.example/", data=data).location == "/home/"


def test_page_asked_for_by_a_link_is_shown_once_it_is_proved(admin, cast):
    path = f"/administration/users/password/{cast.stranger.id}"
    asked = admin.get(path)
    action = re.search(r'action="(/confirm/[^"]*)"', asked.text)

    proof = {"_confirm": "password", "_confirm_password": PASSWORD}
    answer = admin.post(html.unescape(action.group(1)), data=proof)

    assert answer.location == path
    assert admin.get(path).status_code == 200


def test_visitor_is_sent_to_log_in(client):
    data = {"_confirm": "password", "_confirm_password": PASSWORD}

    assert client.post("/confirm/", data=data).location.startswith("/login/")


def test_guessing_is_counted(make_app, login, cast):
    app = make_app(RATELIMIT_ENABLED=True)
    client = app.test_client()
    with app.app_context():
        login(client, cast.admin)

    answers = [
        client.post("/confirm/", data={"_confirm": "password", "_confirm_password": "x"})
        for _time in range(11)
    ]

    assert {answer.status_code for answer in answers[:10]} == {422}
    assert answers[10].status_code == 429


def test_proof_is_recorded(admin, db_session):
    for password in ("wrong", PASSWORD):
        admin.post("/confirm/", data={"_confirm": "password", "_confirm_password": password})

    events = db_session.scalars(sa.select(SecurityEvent).filter_by(kind="confirmation")).all()
    assert [event.outcome.value for event in events] == ["failure", "success"]


def test_form_needs_its_token(make_app, cast, login):
    app = make_app(WTF_CSRF_ENABLED=True)
    client = app.test_client()
    with app.app_context():
        login(client, cast.admin)

    data = {"_confirm": "password", "_confirm_password": PASSWORD}

    assert client.post("/confirm/", data=data).status_code == 400


def test_fragment_is_led_to_the_page(admin, role):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{ROLES}/list/"}

    answer = admin.post(f"{ROLES}/edit/{role.id}", data=given(), headers=headers)

    assert answer.headers["HX-Redirect"] == f"/confirm/?next={ROLES}/list/"
