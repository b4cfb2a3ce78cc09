"""What a passer-by must not do asks for a proof that it is still the same person."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from app.core.history.models import Change
from app.extensions import db
from app.security.sessions.proof import require_confirmation
from app.security.tokens.bearer import access_token as make_token, begin_tokens
from tests.security.conftest import find, find_pair, let_grow_old

ROLES = "/administration/roles"
SAVED = {"name": "Reads all", "permissions": "", "step": "save"}
USERS = "/administration/users"


@pytest.fixture
def admin(client, cast, login):
    """A browser of the administrator, who gave the password a while ago."""
    login(client, cast.admin)
    let_grow_old()
    return client


@pytest.fixture
def reader(db_session):
    """A role that nobody in the cast holds."""
    role = Role(name="Reader")
    db_session.add(role)
    db_session.commit()
    return role


def test_changing_a_role_asks_again(admin, reader, db_session):
    answer = admin.post(f"{ROLES}/edit/{reader.id}", data=SAVED)

    assert answer.status_code == 403
    assert "Confirm that it is you" in answer.text
    db_session.refresh(reader)
    assert reader.name == "Reader"


def test_giving_a_role_asks_again(admin, cast, db_session):
    role = find(Role, name="Team")
    given = {name: getattr(cast.stranger, name) for name in ("username", "first_name", "last_name")}
    given |= {"email": cast.stranger.email, "active": "true", "roles": ["", str(role.id)]}

    answer = admin.post(f"{USERS}/edit/{cast.stranger.id}", data=given)

    assert answer.status_code == 403
    db_session.refresh(cast.stranger)
    assert cast.stranger.roles == []


@pytest.mark.both_databases
def test_undoing_the_change_of_an_address_asks_again(client, cast, login, db_session):
    """Whoever holds the address can have the password reset, whichever door it came by."""
    login(client, cast.admin)
    client.patch(f"/api/v1/users/{cast.stranger.id}", json={"email": "new@cast.example"})
    changes = sa.select(Change).where(Change.model == "User").order_by(Change.id.desc())
    done = db_session.scalars(changes.limit(1)).one()
    let_grow_old()

    answer = client.post(f"/history/undo/{done.operation_id}")

    db_session.refresh(cast.stranger)
    assert (answer.status_code, cast.stranger.email) == (403, "new@cast.example")
    assert "Confirm that it is you" in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "password/{key}"),
        ("POST", "password/{key}"),
        ("GET", "impersonate/{key}"),
        ("POST", "impersonate/{key}"),
        ("POST", "add"),
    ],
)
def test_screens_that_hand_an_account_over_ask_again(admin, cast, method, path):
    data = {
        "username": "bo",
        "first_name": "Bo",
        "last_name": "Berg",
        "email": "bo@cast.example",
        "active": "true",
        "new_password": "four unrelated words here",
        "repeated": "four unrelated words here",
        "reason": "to help",
    }
    answer = admin.open(f"{USERS}/{path.format(key=cast.stranger.id)}", method=method, data=data)

    assert answer.status_code == 403
    assert "Confirm that it is you" in answer.text
    assert not db.session.scalars(sa.select(User).filter_by(username="bo")).all()


def test_new_mail_address_of_another_asks_again(admin, cast, db_session):
    given = {name: getattr(cast.stranger, name) for name in ("username", "first_name", "last_name")}

    answer = admin.post(
        f"{USERS}/edit/{cast.stranger.id}",
        data=given | {"email": "new@cast.example", "active": "true"},
    )

    assert answer.status_code == 403
    db_session.refresh(cast.stranger)
    assert cast.stranger.email == "stranger@cast.example"


def test_own_new_mail_address_asks_again(admin, cast, db_session):
    given = {"first_name": "A", "last_name": "C", "theme": "system", "density": "cosy"}
    given |= {"locale": "", "timezone": ""}

    answer = admin.post("/profile/edit/", data=given | {"email": "new@cast.example"})

    assert answer.status_code == 403
    assert admin.post("/profile/edit/", data=given | {"email": cast.admin.email}).status_code == 303


def test_what_is_no_such_change_asks_nothing(admin):
    assert admin.get(f"{USERS}/list/").status_code == 200
    assert admin.get("/profile/password/").status_code == 200


def test_somebody_who_has_just_signed_in_is_not_asked(client, cast, login, reader, db_session):
    login(client, cast.admin)

    client.post(f"{ROLES}/edit/{reader.id}", data=SAVED)

    db_session.refresh(reader)
    assert reader.name == "Reads all"


@pytest.mark.both_databases
def test_rest_by_cookie_is_refused_with_a_code(admin, reader, db_session):
    answer = admin.patch(f"/api/v1/roles/{reader.id}", json={"name": "Reads all"})

    assert answer.status_code == 403
    assert answer.json["code"] == "confirmation_required"
    db_session.refresh(reader)
    assert reader.name == "Reader"


@pytest.mark.parametrize(("is_fresh", "status"), [(True, 200), (False, 403)])
def test_rest_by_token_needs_one_that_was_given_for_a_password(
    client, cast, reader, db_session, is_fresh, status
):
    held = begin_tokens(cast.admin, is_renewable=False)
    db_session.commit()
    headers = {"Authorization": f"Bearer {make_token(held, fresh=is_fresh)}"}

    answer = client.patch(f"/api/v1/roles/{reader.id}", json={"name": "All"}, headers=headers)

    assert answer.status_code == status
    if status == 403:
        assert answer.json["code"] == "confirmation_required"


def test_setting_of_zero_never_asks(admin, app, reader, db_session):
    app.config["BUREAU_CONFIRM_MINUTES"] = 0
    try:
        admin.post(f"{ROLES}/edit/{reader.id}", data=SAVED)
    finally:
        app.config["BUREAU_CONFIRM_MINUTES"] = 15

    db_session.refresh(reader)
    assert reader.name == "Reads all"


def test_asking_costs_no_statement(app, cast, login, statements):
    client = login(app.test_client(), cast.admin)
    app.view_functions["ProfileView.show"], kept = (
        lambda: (require_confirmation(), "fine")[1],
        app.view_functions["ProfileView.show"],
    )
    try:
        client.get("/profile/")
        with statements() as seen:
            assert client.get("/profile/").text == "fine"
    finally:
        app.view_functions["ProfileView.show"] = kept

    assert len(seen) == 1


def test_permission_given_by_rest_asks_too(admin, reader):
    pair = find_pair("can_read", "User")

    answer = admin.patch(f"/api/v1/roles/{reader.id}", json={"permissions": [pair.id]})

    assert answer.json["code"] == "confirmation_required"
