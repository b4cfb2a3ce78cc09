"""Two applications on one database, and helpers that sign in the way people do."""

from __future__ import annotations

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

from app.extensions import db
from tests.fixtures.database import configured, dispose
from tests.fixtures.people import PASSWORD, TEAM_ROLE

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
