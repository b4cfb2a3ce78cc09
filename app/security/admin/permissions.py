"""Permissions: the pairs that views declare, to look at; roles hold them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView as Pair,
    ViewMenu,
)
from flask_babel import lazy_gettext as _l

from app.core.labels import humanise, humanise_class, label
from app.core.views import ModelView
from app.core.views.context import registered_views
from app.extensions import db

VERBS = {
    "read": _l("Read"),
    "add": _l("Add"),
    "edit": _l("Edit"),
    "delete": _l("Delete"),
    "export": _l("Export"),
    "pick": _l("Choose"),
    "manage": _l("Manage"),
    "set_password": _l("Set password"),
}
"""The verbs of the platform; those of named operations are called as the operation is."""


class PermissionView(ModelView):
    """All permissions there are. `fab create-permissions` makes them, nobody else does."""

    datamodel = SQLAInterface(Pair)
    class_permission_name = "Permission"
    plural = "permissions"
    icon = "key"
    list_title = _l("Permissions")
    record_title = _l("Permission")
    is_readonly = True
    label_columns = {
        "permission": _l("Permission"),
        "view_menu": _l("Subject"),
        "role": _l("Roles"),
    }
    list_columns = ["view_menu", "permission", "role"]
    show_columns = ["view_menu", "permission"]
    search_columns = ["permission.name", "view_menu.name"]
    filter_columns = ["view_menu", "permission", "role"]
    base_order = ("view_menu", "asc")
    charts = ()


def name_of(permission: str, subject: str) -> str:
    """A permission as people read it: `Todo list: Edit`."""
    verb = permission.removeprefix(PERMISSION_PREFIX)
    shown = VERBS.get(verb) or _operations().get(verb) or label(humanise(verb))
    return f"{label(humanise_class(subject))}: {shown}"


def _operations() -> dict[str, Any]:
    """The labels of all actions, by their verb."""
    views = registered_views().values()
    return {name: action.label for view in views for name, action in view.actions.items()}


def named_permissions() -> list[tuple[int, str]]:
    """All permissions as (key, name), in the order of their names."""
    statement = (
        sa.select(Pair.id, Permission.name, ViewMenu.name)
        .join(Permission, Pair.permission_id == Permission.id)
        .join(ViewMenu, Pair.view_menu_id == ViewMenu.id)
    )
    rows: Any = db.session.execute(statement)
    found = [(key, name_of(permission, subject)) for key, permission, subject in rows]
    return sorted(found, key=lambda pair: pair[1].casefold())
