"""Roles: names for sets of permissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import jsonify, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import PermissionView as Pair, Role
from flask_babel import gettext as _, lazy_gettext as _l

from app.core.errors import Conflict
from app.core.fields import Field
from app.core.forms import RecordForm, form_for
from app.core.forms.inputs import RelationsInput
from app.core.query.gate import gate_of
from app.core.views import guard
from app.security.admin.editor import RoleEditor
from app.security.admin.members import RoleMembers
from app.security.admin.permissions import find_permissions, name_permissions
from app.security.admin.transfer import RoleTransfer
from app.security.rights.granting import fixed_names

PICKED = "permissions"
PICK_LIMIT = 50


class PermissionsInput(RelationsInput):
    """Chooses permissions by names that people can read; a role may have any number of them."""

    @property
    def is_too_many(self) -> bool:
        return False

    @property
    def chosen(self) -> list[tuple[str, str]]:
        held = name_permissions([pair.id for pair in self.data or ()])
        return [(str(key), name) for key, name in held]


class RoleView(RoleEditor, RoleMembers, RoleTransfer):
    """Roles: their rights, their members, and both as a file; saving rights removes no member."""

    datamodel = SQLAInterface(Role)
    icon = "shield"
    list_title = _l("Roles")
    record_title = _l("Role")
    show_template = "security/role.html"
    label_columns = {
        "name": _l("Name"),
        "permissions": _l("Permissions"),
        "user": _l("Users"),
        "groups": _l("Groups"),
    }
    list_columns = ["name", "groups"]
    list_template = "security/roles.html"
    show_columns = ["name"]
    add_columns = ["name", "permissions"]
    search_columns = ["name"]
    filter_columns = ["name", "user", "groups"]
    base_order = ("name", "asc")
    charts = ()

    @expose("/pick/<field>")
    @guard("read")
    def pick(self, field: str) -> Any:
        """The permissions whose names hold the words, for the form's picker."""
        if field != PICKED:
            return super().pick(field)
        gate_of(Pair).require("read")
        found, more = find_permissions(request.args.get("q", ""), PICK_LIMIT)
        results = [{"value": str(named.key), "text": named.name} for named in found]
        return jsonify(results=results, more=more)

    def record_form(self, fields: Sequence[Field], verb: str) -> type[RecordForm]:
        """The form, with the picker that knows the names of permissions."""
        plain = [field for field in fields if field.name != PICKED]
        extra = {
            field.name: PermissionsInput(field.label, field=field)
            for field in fields
            if field.name == PICKED
        }
        return form_for(plain, validators=self.validators_columns, extra=extra)

    def pre_update(self, item: Role) -> None:
        """Refuse to rename the roles that the settings name."""
        old = sa.inspect(item).attrs.name.history.deleted
        if old and old[0] in fixed_names():
            raise Conflict(_("This role keeps its name: the settings refer to it."))

    def pre_delete(self, item: Role) -> None:
        """Refuse to delete those roles."""
        if item.name in fixed_names():
            raise Conflict(_("This role cannot be deleted: the settings refer to it."))
