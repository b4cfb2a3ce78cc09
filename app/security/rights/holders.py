"""Who holds what: the permissions of roles and users, and the administrators there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import (
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
from sqlalchemy import Connection

from app.extensions import db
from app.security.rights.sets import Rights, select_rights


def pairs_of_roles(connection: Connection, roles: Any) -> Rights:
    """The permissions that roles hold: given by their keys, or by a statement that selects them."""
    found = connection.execute(select_rights(roles))
    return frozenset((name, subject) for name, subject in found)


def pairs_of_users(connection: Connection, user_ids: Collection[int]) -> Rights:
    """The permissions that any of these users holds."""
    own = sa.select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id.in_(user_ids))
    of_groups = (
        sa.select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id.in_(user_ids))
    )
    return pairs_of_roles(connection, sa.union(own, of_groups))


def admin_role() -> sa.Select[Any]:
    """Select the key of the role of the administrators."""
    return sa.select(Role.id).where(Role.name == current_app.config["AUTH_ROLE_ADMIN"])


def has_admin(connection: Connection) -> bool:
    """Whether an active user holds the role of the administrators, directly or by a group."""
    own = sa.select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id.in_(admin_role()))
    of_groups = (
        sa.select(assoc_user_group.c.user_id)
        .join(assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id)
        .where(assoc_group_role.c.role_id.in_(admin_role()))
    )
    table: Any = User.__table__
    holders = sa.select(table.c.id).where(table.c.active, table.c.id.in_(sa.union(own, of_groups)))
    return connection.scalar(holders.limit(1)) is not None


def active_holders(permission: str, subject: str) -> Sequence[User]:
    """The active users to whom a role, of their own or of a group of theirs, gives a permission.

    Administrators hold everything, and are meant only where nobody else holds it.
    """
    is_admin = Role.name == current_app.config["AUTH_ROLE_ADMIN"]
    return _active_holders(permission, subject, ~is_admin) or _active_holders(
        permission, subject, is_admin
    )


def _active_holders(
    permission: str, subject: str, by_roles: sa.ColumnElement[bool]
) -> Sequence[User]:
    giving = (
        sa.select(assoc_permissionview_role.c.role_id)
        .join(
            PermissionView,
            PermissionView.id == assoc_permissionview_role.c.permission_view_id,
        )
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(Role, Role.id == assoc_permissionview_role.c.role_id)
        .where(Permission.name == permission, ViewMenu.name == subject, by_roles)
    )
    own = sa.select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id.in_(giving))
    of_groups = (
        sa.select(assoc_user_group.c.user_id)
        .join(assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id)
        .where(assoc_group_role.c.role_id.in_(giving))
    )
    chosen = sa.select(User).where(User.active, User.id.in_(sa.union(own, of_groups)))
    return db.session.scalars(chosen.order_by(User.id)).all()
