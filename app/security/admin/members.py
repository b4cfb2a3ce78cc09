"""Who has a role: its users and groups, on its own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.sqla.models import (
    Group,
    Role,
    User,
    assoc_group_role,
    assoc_user_role,
)
from flask_babel import gettext as _

from app.core.errors import BadParameter, Forbidden
from app.core.fields import title_of
from app.core.history.scope import operation
from app.core.query.gate import Gate, gate_of
from app.core.views import guard
from app.core.views.context import registered_views
from app.core.views.offers import action_name, say_done
from app.extensions import db
from app.security.accounts import rights_to_give
from app.security.admin.acting import RolePages
from app.security.admin.matrix import Matrix, keys_of_role, make_matrix, read_pairs
from app.security.admin.window import find_window

SHOWN = 25
KINDS: dict[str, tuple[Any, Any, str]] = {
    "users": (User, assoc_user_role, "user_id"),
    "groups": (Group, assoc_group_role, "group_id"),
}


@dataclass(frozen=True)
class Member:
    """A user or a group that has the role."""

    key: str
    title: str
    note: str
    url: str | None


@dataclass(frozen=True)
class Members:
    """Those of one kind who have a role: the first of them, and how many there are."""

    rows: Sequence[Member]
    count: int
    list_url: str | None
    can_change: bool


class RoleMembers(RolePages):
    """What a role's page shows of its members, and `members/<pk>` (POST) that changes them."""

    show_template = "security/role.html"

    def rights_of(self, role: Role) -> Matrix:
        """The rights of a role, to look at: of a large role, those on the first page."""
        window = find_window({"given": "1"}, role.id)
        pairs = read_pairs(window)
        ticked = keys_of_role(role.id, among=pairs)
        return make_matrix(window, pairs, ticked, rights_to_give(), is_locked=True)

    def members_of(self, role: Role, kind: str) -> Members | None:
        """The users or groups of a role; None for whoever may not read them."""
        model, link, column = KINDS[kind]
        gate = gate_of(model)
        if not gate.can("read"):
            return None
        chosen = (
            sa.inspect(model)
            .primary_key[0]
            .in_(sa.select(link.c[column]).where(link.c.role_id == role.id))
        )
        statement = gate.rows().where(chosen).add_columns(sa.func.count().over().label("total"))
        name = User.username if model is User else Group.name
        found = db.session.execute(statement.order_by(name).limit(SHOWN)).all()
        view = registered_views().get(model)
        return Members(
            [_member(row[0], view) for row in found],
            found[0].total if found else 0,
            view.url("list", filter=f"roles:any:{role.id}") if view is not None else None,
            self.gate.can("edit") and gate.can("edit"),
        )

    def is_public(self, role: Role) -> bool:
        """Whether everybody has the role."""
        return bool(role.name == current_app.config["AUTH_ROLE_PUBLIC"])

    @expose("/members/<pk>", methods=["POST"])
    @guard("edit")
    def members(self, pk: str) -> Any:
        """Give the role to users or groups, or take it from one; nothing else of it changes."""
        role = self.gate.get(pk, "edit", columns=[self.gate.fields()["name"]])
        name = role.name
        with operation(action_name(self, "members")):
            count = sum(_change(role, kind) for kind in KINDS)
            db.session.commit()
        if count:
            say_done(self, "edit", _("The members of %(role)s were changed.", role=name))
        return redirect(self.url("show", pk) + "#members", 303)


def _change(role: Role, kind: str) -> int:
    """Do what the form asks for users or for groups, and count it."""
    model = KINDS[kind][0]
    added = [key for key in request.form.getlist(f"add_{kind}") if key]
    removed = [key for key in request.form.getlist(f"remove_{kind}") if key]
    if not added and not removed:
        return 0
    gate: Gate = gate_of(model)
    gate.require("edit")
    if "roles" not in gate.fields("edit"):
        raise Forbidden
    for row in _found(gate, added):
        if role not in row.roles:
            row.roles.append(role)
    for row in _found(gate, removed):
        if role in row.roles:
            row.roles.remove(role)
    return len(added) + len(removed)


def _found(gate: Gate, keys: Sequence[str]) -> Sequence[Any]:
    rows = gate.find(keys, "edit")
    if len(rows) != len(set(keys)):
        raise BadParameter(_("Choose from the list."))
    return rows


def _member(row: Any, view: Any) -> Member:
    note = row.username if isinstance(row, User) else (row.label or "")
    if isinstance(row, User) and not row.active:
        note = _("%(name)s, not active", name=note)
    url = view.url("show", str(row.id)) if view is not None else None
    return Member(str(row.id), title_of(row), note, url)
