"""Changes of accounts and rights are told in words, whatever door they came through."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Role, User, assoc_user_role

from app.extensions import db
from app.security.accounts import add_account
from app.security.audit.models import SecurityEvent
from scripts.commands import command
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.security.conftest import READ_USERS, find, find_pair, user_named

pytestmark = pytest.mark.both_databases


def since(number):
    """What was recorded after an event: kind, title of the target and details."""
    statement = sa.select(SecurityEvent).where(SecurityEvent.id > number)
    return [
        (event.kind, event.target_title, event.details)
        for event in db.session.scalars(statement.order_by(SecurityEvent.id))
    ]


@pytest.fixture
def begun(app, db_session):
    """The number of the last event before the test."""
    return db_session.scalar(sa.select(sa.func.max(SecurityEvent.id)))


def test_new_account_is_recorded_with_its_roles(begun, db_session):
    add_account("ada", ("Ada", "Love"), "ada@x.example", PASSWORD, [find(Role, name=TEAM_ROLE)])
    db_session.commit()

    assert since(begun) == [
        ("account-added", "Ada Love", {"active": True, "given": {"roles": [TEAM_ROLE]}})
    ]


@pytest.mark.parametrize(
    ("name", "value", "kind", "details"),
    [
        ("password", "a new hash", "password-changed", None),
        ("active", False, "account-disabled", None),
        ("email", "new@cast.example", "account-changed", {"fields": ["email"]}),
        ("login_count", 9, None, None),
    ],
)
def test_changes_of_an_account(begun, db_session, name, value, kind, details):
    user = user_named("cast-owner")
    setattr(user, name, value)
    db_session.commit()

    assert since(begun) == ([(kind, "Owner Cast", details)] if kind else [])


def test_values_of_an_account_are_not_kept(begun, db_session):
    user_named("cast-owner").email = "private@cast.example"
    db_session.commit()

    assert "private" not in repr(since(begun))


def test_deleted_account_is_recorded(begun, db_session):
    db_session.delete(user_named("cast-stranger"))
    db_session.commit()

    assert since(begun) == [("account-deleted", "Stranger Cast", None)]


@pytest.mark.parametrize("side", ["user", "role"])
def test_role_given_and_taken_is_told_from_either_side(begun, db_session, side):
    user, role = user_named("cast-stranger"), find(Role, name=TEAM_ROLE)
    links, other = (user.roles, role) if side == "user" else (role.user, user)
    links.append(other)
    db_session.commit()
    links.remove(other)
    db_session.commit()

    assert since(begun) == [
        ("rights-given", "Stranger Cast", {"roles": [TEAM_ROLE]}),
        ("rights-taken", "Stranger Cast", {"roles": [TEAM_ROLE]}),
    ]


def test_right_of_a_role_is_told_in_words(begun, db_session):
    role, pair = find(Role, name=TEAM_ROLE), find_pair(*READ_USERS)
    role.permissions.remove(pair)
    db_session.commit()
    role.permissions.append(pair)
    db_session.commit()

    assert since(begun) == [
        ("rights-taken", TEAM_ROLE, {"permissions": ["read User"]}),
        ("rights-given", TEAM_ROLE, {"permissions": ["read User"]}),
    ]


def test_group_is_told_with_its_members_and_roles(begun, db_session):
    group = Group(name="Editors", roles=[find(Role, name=TEAM_ROLE)])
    db_session.add(group)
    group.users.append(user_named("cast-stranger"))
    db_session.commit()

    assert since(begun) == [
        ("group-added", "Editors", {"given": {"roles": [TEAM_ROLE]}}),
        ("rights-given", "Stranger Cast", {"groups": ["Editors"]}),
    ]


def test_statement_on_rights_is_recorded_with_what_it_tells(begun, db_session):
    user, role = user_named("cast-stranger"), find(Role, name=TEAM_ROLE)
    db_session.execute(sa.insert(assoc_user_role), [{"user_id": user.id, "role_id": role.id}])
    db_session.execute(sa.update(User).where(User.id == user.id).values(active=False))
    db_session.commit()

    assert since(begun) == [
        ("rights-changed", None, {"table": "ab_user_role", "statement": "insert", "rows": 1}),
        ("accounts-changed", None, {"table": "ab_user", "statement": "update"}),
    ]


def test_rights_rolled_back_are_not_recorded(begun, db_session):
    user = user_named("cast-stranger")
    user.roles.append(find(Role, name=TEAM_ROLE))
    db_session.flush()
    db_session.rollback()
    db_session.commit()

    assert since(begun) == []


def test_screen_tells_who_did_it(app, client, login, cast, begun):
    login(client, cast.admin)
    client.post("/administration/users/bulk/deactivate", data={"key": str(cast.stranger.id)})

    event = db.session.scalars(sa.select(SecurityEvent).order_by(SecurityEvent.id.desc())).first()
    assert event.kind == "account-disabled"
    assert (event.username, event.user_id) == ("cast-admin", cast.admin.id)
    assert event.address == "127.0.0.1"
    assert event.method == "POST"
    assert event.session_key.isdigit()
    assert event.path == "/administration/users/bulk/deactivate"


def test_command_is_recorded_as_such(make_app, database, events):
    app = make_app(database)

    command(app, "fab", "reset-password", "--username", "cast-owner", "--password", PASSWORD)

    event = events(app, "password-changed")[-1]
    assert event.path.endswith("fab reset-password")
    assert (event.method, event.username, event.address) == ("COMMAND", None, None)


def test_permissions_that_are_stored_are_recorded(make_app, database, events):
    found = events(make_app(database), "rights-changed")

    assert {event.details["table"] for event in found} >= {
        "ab_permission_view_role",
        "ab_permission_view",
    }
