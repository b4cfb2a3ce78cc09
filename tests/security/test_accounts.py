"""Accounts: finding and making them."""

from __future__ import annotations

import pytest
from flask_login import login_user

from app.security.accounts import (
    add_account,
    current_account,
    current_rights,
    find_roles,
    find_user,
    load_account_of,
)


@pytest.mark.both_databases
def test_account_is_loaded_with_one_statement(cast, statements):
    key = cast.owner.id

    with statements() as seen:
        account = load_account_of(key)

    assert account.user.username == "cast-owner"
    assert account.preference is None
    assert account.rights_version > 0
    assert len(seen) == 1


def test_disabled_account_is_not_loaded(cast, db_session):
    cast.owner.active = False
    db_session.commit()

    assert load_account_of(cast.owner.id) is None


def test_state_is_read_afresh_in_a_session_that_knows_the_user(cast, db_session):
    cast.owner.__dict__["first_name"] = "Stale"

    assert load_account_of(cast.owner.id).user.first_name == "Owner"


def test_visitor_has_no_account(app, db_session):
    assert current_account() is None
    with app.test_request_context():
        assert current_account() is None


def test_account_of_whoever_just_signed_in_is_loaded_once(app, cast, statements):
    with app.test_request_context():
        login_user(cast.owner)

        with statements() as seen:
            assert current_account().user.username == "cast-owner"
            current_account()

        assert len(seen) == 1
        assert ("can_read", "User") in current_rights()


@pytest.mark.parametrize("name", ["", "  ", "\0", "no\0body", "nobody"])
def test_nobody_is_found_by_nonsense(db_session, name):
    assert find_user(name) is None


def test_name_goes_before_address(cast, db_session):
    cast.stranger.username = "owner@cast.example"
    db_session.commit()

    assert find_user("OWNER@cast.example").id == cast.stranger.id


def test_roles_are_found_in_the_order_asked_for(db_session):
    assert [role.name for role in find_roles(["Team", "Admin", "Team"])] == ["Team", "Admin"]


def test_unknown_role_is_named(db_session):
    with pytest.raises(LookupError, match="Nothing"):
        find_roles(["Admin", "Nothing"])


def test_added_account_is_active_and_has_its_roles(db_session):
    roles = find_roles(["Team"])
    add_account("bo", ("Bo", "Berg"), "bo@cast.example", "four unrelated words", roles)
    db_session.commit()

    found = find_user("bo")
    assert found.active
    assert found.roles == roles
