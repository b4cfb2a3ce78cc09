"""Asking the rules as somebody else would be answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, g
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)

from app.extensions import db
from app.security.accounts import load_account_of, remember_account


@dataclass(frozen=True)
class Source:
    """Where a right comes from: a role, and the group that brings it, if one does."""

    role: str
    group: str = ""
    is_public: bool = False


@contextmanager
def as_person(user_id: int) -> Iterator[Any]:
    """Let gates and rules answer as they would answer this user, in a request of their own.

    It has a context and a session for itself, so nothing of whoever asks gets mixed up with it.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), app.test_request_context("/"):
        account = load_account_of(user_id)
        if account is None:
            yield None
            return
        g.user = g._login_user = account.user
        remember_account(account)
        yield account.user


def sources_of(user: User, permission: str, subject: str) -> list[Source]:
    """The roles by which a user holds a permission: two statements."""
    giving = roles_with(permission, subject)
    own = assoc_user_role.c
    by_group, in_group = assoc_group_role.c, assoc_user_group.c
    public = current_app.config["AUTH_ROLE_PUBLIC"]
    direct = sa.select(own.role_id, sa.literal("").label("group")).where(own.user_id == user.id)
    grouped = (
        sa.select(by_group.role_id, Group.name)
        .join(Group, Group.id == by_group.group_id)
        .join(assoc_user_group, in_group.group_id == Group.id)
        .where(in_group.user_id == user.id)
    )
    held = db.session.execute(sa.union_all(direct, grouped)).all()
    found = [Source(giving[role], group or "") for role, group in held if role in giving]
    return found + [Source(name, is_public=True) for name in giving.values() if name == public]


def roles_with(permission: str, subject: str) -> dict[int, str]:
    """The roles that hold a permission, by key."""
    link = assoc_permissionview_role.c
    statement = (
        sa.select(Role.id, Role.name)
        .join(assoc_permissionview_role, link.role_id == Role.id)
        .join(PermissionView, PermissionView.id == link.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(Permission.name == permission, ViewMenu.name == subject)
        .order_by(Role.name)
    )
    return {row.id: row.name for row in db.session.execute(statement)}
