"""The editor of a role: all rights as a table, and what a change does before it is saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.sqla.models import PermissionView as Pair, Role
from flask_babel import gettext as _

from app.core.errors import BureauError, Conflict, Forbidden, Invalid
from app.core.forms import RecordForm
from app.core.history.scope import operation
from app.core.query.changes import change_row, lock_unversioned
from app.core.views import guard
from app.core.views.offers import action_name, say_done
from app.extensions import db
from app.security.accounts import rights_to_give
from app.security.admin.acting import RolePages
from app.security.admin.drafts import Draft, difference, read_keys
from app.security.admin.matrix import (
    Matrix,
    StoredPairs,
    keys_of_role,
    lacked,
    make_matrix,
    named,
    read_pairs,
)
from app.security.admin.window import Window, find_window
from app.security.rights.granting import fixed_names, own_roles

RIGHTS = "permissions"
LEFT_OUT = "bureau_left_out"
"""The rights of a copied role that whoever copies it lacks."""


class RoleEditor(RolePages):
    """`edit/<pk>`: the table, the question, and the saving; `add` has the same table."""

    add_template = "security/role_add.html"
    matrix_template = "security/role_edit.html"
    preview_template = "security/role_preview.html"

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guard("edit")
    def edit(self, pk: str) -> Any:
        """Show the table; then what would change; and save it when that is confirmed.

        Saving never touches who has the role.
        """
        step = request.form.get("step", "preview")
        if request.method == "POST" and step == "save":
            lock_unversioned(Role, pk)
        role = self.gate.get(pk, "edit", columns=[self.gate.fields()["name"]])
        # A draft is of the rights on the page: all others of the role stay as they are.
        window = find_window(request.args, role.id, request.form.get("_rows", ""))
        pairs = read_pairs(window)
        current = keys_of_role(role.id, among=pairs)
        if request.method == "GET":
            return self._table(role, Draft(role.name, current, current), pairs, window)
        draft = _read_draft(role, current, pairs)
        form = self._name_form(role)
        if step == "edit":
            return self._table(role, draft, pairs, window)
        if not form.validate():
            return self._table(role, draft, pairs, window, form), Invalid.status
        if draft.base != current:
            return self._late(role, draft, current, pairs, window), Conflict.status
        if step == "save":
            return self._apply(role, draft, pairs, window, form)
        return self._preview(role, draft, pairs, window)

    def form_context(self, form: RecordForm, *args: Any, **options: Any) -> dict[str, Any]:
        """The page of a new role has the table in place of a picker."""
        found = super().form_context(form, *args, **options)
        if RIGHTS in form:
            ticked = {pair.id for pair in form[RIGHTS].data or ()}
            window = find_window({})
            found["ticked"] = sorted(ticked)
            # Where there is more than a page of them, the rights follow once the role has a name.
            found["matrix"] = (
                None
                if window.is_part
                else make_matrix(window, read_pairs(window), ticked, rights_to_give())
            )
            found["left_out"] = g.get(LEFT_OUT, [])
        return found

    def _prefilled(self, fields: Any) -> Any:
        """The copy of a role, as far as whoever copies it holds its rights."""
        if "copy" not in request.args:
            return super()._prefilled(fields)
        role = self.gate.get(request.args["copy"], columns=[self.gate.fields()["name"]])
        pairs, held = read_pairs(), rights_to_give()
        keys = keys_of_role(role.id)
        missing = lacked(keys, pairs, held)
        setattr(g, LEFT_OUT, named((key for key in keys if pairs.get(key) in missing), pairs))
        draft = type("Draft", (), {})()
        draft.name = _("Copy of %(role)s", role=role.name)
        draft.permissions = pairs_with(key for key in keys if pairs.get(key) in held)
        return draft

    def _name_form(self, role: Role) -> RecordForm:
        """The form of the name alone: the table is no control of it."""
        fields = [self.gate.fields("edit")["name"]]
        return self.record_form(fields, "edit")(request.form, role)

    def _table(
        self,
        role: Role,
        draft: Draft,
        pairs: StoredPairs,
        window: Window,
        form: RecordForm | None = None,
    ) -> Any:
        reason = self._why_locked(role)
        matrix: Matrix = make_matrix(
            window, pairs, draft.wanted, rights_to_give(), is_locked=bool(reason)
        )
        return self.render_template(
            self.matrix_template,
            view=self,
            pk=str(role.id),
            role=role,
            draft=draft,
            form=form,
            matrix=matrix,
            address=lambda **page: self.url("edit", str(role.id), **page),
            reason=reason,
            keeps_name=bool(reason) or role.name in fixed_names(),
        )

    def _why_locked(self, role: Role) -> str:
        """Why nothing of the role can be changed here; nothing where it can."""
        if role.name == current_app.config["AUTH_ROLE_ADMIN"]:
            return _("The administrators' role always has all rights.")
        if role.id in own_roles():
            return _("This is one of your own roles. Nobody can change their own rights.")
        return ""

    def _preview(
        self, role: Role, draft: Draft, pairs: StoredPairs, window: Window, **more: Any
    ) -> Any:
        lacking = lacked(draft.added | draft.removed, pairs, rights_to_give())
        shown: dict[str, Any] = {"refusal": "", "others_added": (), "others_removed": (), **more}
        return self.render_template(
            self.preview_template,
            view=self,
            pk=str(role.id),
            role=role,
            draft=draft,
            change=difference(role.id, draft, pairs),
            lacking=named((key for key, pair in pairs.items() if pair in lacking), pairs),
            reason=self._why_locked(role),
            window=window,
            **shown,
        )

    def _late(
        self,
        role: Role,
        draft: Draft,
        current: frozenset[int],
        pairs: StoredPairs,
        window: Window,
    ) -> Any:
        """Somebody else saved the role meanwhile: the same change, on top of theirs."""
        return self._preview(
            role,
            draft.onto(current),
            pairs,
            window,
            others_added=named(current - draft.base, pairs),
            others_removed=named(draft.base - current, pairs),
        )

    def _apply(
        self, role: Role, draft: Draft, pairs: StoredPairs, window: Window, form: RecordForm
    ) -> Any:
        try:
            with operation(action_name(self, "edit")):
                self.write(role, draft, form)
        except Invalid as refused:
            form.add_errors(refused.errors)
            return self._table(role, draft, pairs, window, form), refused.status
        except (Conflict, Forbidden) as refused:
            if not refused.message or refused.code not in (Conflict.code, Forbidden.code):
                raise
            return self._refused(role.id, draft, refused, window), refused.status
        say_done(self, "edit", _("%(record)s was saved.", record=role.name))
        return redirect(self.url("show", str(role.id)))

    def write(self, role: Role, draft: Draft, form: RecordForm) -> None:
        """Write name and rights of a role, through the gate and its hooks, and commit."""
        values: dict[str, Any] = dict(form.values())
        if draft.added or draft.removed:
            others = keys_of_role(role.id) - draft.base
            values[RIGHTS] = pairs_with(others | draft.wanted)
        change_row(self.gate, role, values, self)

    def _refused(self, role_id: int, draft: Draft, refused: BureauError, window: Window) -> Any:
        # The refusal has rolled back what the session knew.
        role = self.gate.get(str(role_id), "edit", columns=[self.gate.fields()["name"]])
        return self._preview(role, draft, read_pairs(window), window, refusal=str(refused))


def pairs_with(keys: Iterable[int]) -> list[Pair]:
    """The permissions with these keys."""
    return list(db.session.scalars(sa.select(Pair).where(Pair.id.in_(list(keys)))))


def _read_draft(role: Role, current: frozenset[int], pairs: StoredPairs) -> Draft:
    """What the form says; boxes that were locked send nothing and stay as they were."""
    base = read_keys(request.form.get("_base", "").split(","), pairs)
    if "_base" not in request.form:
        base = current
    held = rights_to_give()
    kept = {key for key in base if pairs[key] not in held}
    wanted = read_keys(request.form.getlist(RIGHTS), pairs) | kept
    name = request.form.get("name", role.name).strip()
    return Draft(name, frozenset(wanted), base)
