"""Why somebody may or may not open an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_permissionview_role,
)
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.extensions import db
from app.security.accounts import find_user
from app.security.rights import roles_of

OPEN_TO_ALL = frozenset({"AuthView", "SecurityApi", "health", "metrics", "preferences", "static"})
"""Blueprints and endpoints that ask for no user."""


@dataclass(frozen=True)
class Decision:
    """The answer, and what it rests on."""

    is_allowed: bool
    reason: str


def explain_access(username: str, url: str, method: str = "GET") -> Decision:
    """Decide what the guard in front of this address would decide, and say why.

    Rules about single rows are not asked: they decide which records the page shows.
    """
    user = find_user(username)
    if user is None:
        return Decision(False, f"there is no account {username}")
    if not user.active:
        return Decision(False, f"the account {username} is not active")
    try:
        endpoint, arguments = match_url(url, method)
    except RequestRedirect as redirect:
        return explain_access(username, redirect.new_url, method)
    except HTTPException as error:
        return Decision(False, f"{method} {url} leads to no page ({error.code})")
    return _explain_endpoint(user, endpoint, arguments)


def match_url(url: str, method: str) -> tuple[str, Mapping[str, Any]]:
    """The endpoint behind an address of ours, and the arguments it is called with."""
    parts = urlsplit(url)
    found: tuple[str, Mapping[str, Any]] = current_app.url_map.bind(
        parts.netloc or "localhost", url_scheme=parts.scheme or "http"
    ).match(parts.path, method)
    return found


def _explain_endpoint(user: User, endpoint: str, arguments: Mapping[str, Any]) -> Decision:
    name, _dot, method = endpoint.partition(".")
    views: Any = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    view = next((view for view in views if view.endpoint == name), None)
    verb = getattr(getattr(view, method, None), "_permission_name", None)
    if verb is None and method in ("bulk", "operate"):
        verb = arguments.get("name") or arguments.get("operation")
    if view is None or verb is None:
        is_open = name in OPEN_TO_ALL
        return Decision(True, f"{endpoint} is open to {'all' if is_open else 'all who sign in'}")
    permission = f"{PERMISSION_PREFIX}{verb}"
    if permission not in view.base_permissions:
        return Decision(False, f"{view.class_permission_name} does not offer {verb}")
    return _explain_right(user, permission, view.class_permission_name)


def _explain_right(user: User, permission: str, subject: str) -> Decision:
    holders = _roles_with(permission, subject)
    own = set(db.session.scalars(sa.select(roles_of(user.id).subquery().c[0])))
    giving = [name for key, name in holders.items() if key in own]
    if giving:
        return Decision(True, f"{permission} on {subject} comes with the role {', '.join(giving)}")
    others = ", ".join(holders.values()) or "no role at all"
    return Decision(
        False, f"no role of {user.username} has {permission} on {subject}; it comes with {others}"
    )


def _roles_with(permission: str, subject: str) -> dict[int, str]:
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
    return dict(db.session.execute(statement).all())
