"""FAB's security manager in our hands."""

from __future__ import annotations

import pytest
from flask import g
from flask_login import login_user

from tests.fixtures.people import PASSWORD


@pytest.fixture
def manager(app, db_session):
    """The security manager of the application."""
    return app.appbuilder.sm


def test_access_is_that_of_the_signed_in_user(app, manager, cast):
    with app.test_request_context():
        login_user(cast.owner)
        assert manager.has_access("can_read", "User")
        assert not manager.has_access("can_read", "Nothing")
        assert not manager.is_item_public("can_read", "User")

        login_user(cast.stranger)
        assert not manager.has_access("can_read", "User")


def test_nobody_has_access_outside_of_a_request(manager):
    assert not manager.has_access("can_read", "User")


def test_menu_entries_are_no_subject(manager):
    assert manager.get_user_menu_access(["Users"]) == set()


def test_password_back_end_is_ours(app, manager, cast):
    with app.test_request_context():
        assert manager.auth_user_db("cast-owner", PASSWORD).username == "cast-owner"
        assert manager.auth_user_db("cast-owner", "not the password") is None


def test_users_are_found_in_any_case(manager, cast):
    assert manager.find_user(username="CAST-OWNER").id == cast.owner.id
    assert manager.find_user(email="Owner@Cast.example").id == cast.owner.id
    assert manager.find_user() is None


def test_creating_tables_is_left_to_migrations(manager, statements):
    with statements() as seen:
        manager.create_db()

    assert seen == []


def test_request_knows_its_user(app, cast, login):
    client = login(app.test_client(), cast.owner)
    seen = []
    app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(g.user.id))
    try:
        client.get("/home/")
    finally:
        app.before_request_funcs[None].pop()

    assert seen == [cast.owner.id]


def test_fab_pages_are_not_registered(app):
    classes = {type(view).__module__ for view in app.appbuilder.baseviews}

    assert not [module for module in classes if module.startswith("flask_appbuilder")]
