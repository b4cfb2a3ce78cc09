"""Two applications on one database, and helpers that sign in the way people do."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
)

from app.core.clock import now
from app.extensions import db
from app.security.models import UserSession
from app.security.tokens import bearer as tokens
from app.security.tokens.bearer import begin_tokens
from tests.fixtures.database import cache_clear, configured, dispose, rolled_back
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.security.vault import VERBS, Held, add_vault, fill_vault, hold

USERS = "/administration/users/list/"
READ_USERS = ("can_read", "User")


@pytest.fixture
def two_apps(make_app, database, tmp_path):
    """Two applications, as two processes would have them, that share nothing but the database."""
    first = make_app(database)
    second = configured(first.config["DATABASE_URL"], tmp_path)

    yield first, second

    dispose(second)


@pytest.fixture
def sign_in() -> Callable:
    """`sign_in(client, name)` fills in the log-in form."""

    def fill_in(client, name, password=PASSWORD, **more):
        return client.post("/login/", data={"username": name, "password": password, **more})

    return fill_in


@pytest.fixture
def take_right() -> Callable:
    """`take_right(app)` takes `can_read on User` from the team's role."""

    def take(app: Flask) -> None:
        with app.app_context():
            role = find(Role, name=TEAM_ROLE)
            role.permissions.remove(find_pair(*READ_USERS))
            db.session.commit()

    return take


def find(model, **values):
    """The one row with these values."""
    return db.session.scalars(sa.select(model).filter_by(**values)).one()


def find_pair(permission: str, subject: str) -> PermissionView:
    """The permission with these names."""
    statement = (
        sa.select(PermissionView)
        .join(Permission, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .where(Permission.name == permission, ViewMenu.name == subject)
    )
    return db.session.scalars(statement).one()


def link_of_right(role: str = TEAM_ROLE, pair: tuple[str, str] = READ_USERS):
    """The condition of the row that gives the role its right."""
    link = assoc_permissionview_role.c
    return sa.and_(
        link.role_id == find(Role, name=role).id, link.permission_view_id == find_pair(*pair).id
    )


def user_named(name: str) -> User:
    """One of the cast."""
    return find(User, username=name)


def act_as(user: User) -> None:
    """Let all sessions act as the user for an hour; committing is the test's."""
    until = now() + datetime.timedelta(hours=1)
    db.session.execute(sa.update(UserSession).values(acting_user_id=user.id, acting_until=until))


def let_grow_old(minutes: int = 16) -> None:
    """Let it be a while ago that the password was given for all sessions."""
    past = now() - datetime.timedelta(minutes=minutes)
    db.session.execute(sa.update(UserSession).values(confirmed_at=past))
    db.session.commit()


def access_token(user: User, *, fresh: bool = True) -> str:
    """A token of a session of its own."""
    held = begin_tokens(user, is_renewable=False)
    db.session.commit()
    return tokens.access_token(held, fresh=fresh)


def refresh_token(user: User) -> str:
    """A token that fetches others, of a session of its own."""
    held = begin_tokens(user, is_renewable=True)
    token = tokens.refresh_token(held)
    db.session.commit()
    return token


@pytest.fixture(scope="session")
def vault_apps():
    """The applications with the vault whose tests are rolled back, by kind of database."""
    return {}


@pytest.fixture
def vault(database, vault_apps, make_app):
    """The application with the vault, on a database that the test may change as it likes."""
    if database not in vault_apps:
        vault_apps[database] = make_app(database)
        add_vault(vault_apps[database])
    app = vault_apps[database]
    cache_clear(app)
    with rolled_back(app), app.app_context():
        fill_vault()
        yield app

        db.session.remove()


@pytest.fixture
def browser(vault, login):
    """`browser(*exceptions)` is the owner's, who holds all verbs and these exceptions."""

    def made(*exceptions, verbs=VERBS):
        user = user_named("cast-owner")
        hold(user, Held(frozenset(verbs), frozenset(exceptions)))
        return login(vault.test_client(), user)

    return made
