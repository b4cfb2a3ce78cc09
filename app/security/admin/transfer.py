"""The page on which roles leave as a file, and come in as one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext as _, ngettext

from app.core.clock import now
from app.core.errors import BadParameter, Conflict, Forbidden
from app.core.formats import in_timezone
from app.core.history.scope import operation
from app.core.query.changes import committed
from app.core.signals import announce
from app.core.views import guard
from app.core.views.guard import check_verb
from app.core.views.offers import action_name
from app.extensions import db
from app.security.accounts import rights_to_give
from app.security.admin.acting import RolePages
from app.security.admin.editor import pairs_with
from app.security.admin.matrix import read_pairs
from app.security.admin.role_files import (
    MAX_BYTES,
    Plan,
    make_plan,
    read_file,
    read_roles,
    write_file,
)


class RoleTransfer(RolePages):
    """`transfer/` with both, `download` (GET) and `upload` (POST)."""

    transfer_template = "security/role_transfer.html"
    upload_template = "security/role_upload.html"

    @expose("/transfer/")
    @guard("export")
    def transfer(self) -> Any:
        """Choose the roles to write, or the file to read."""
        chosen = self._visible_keys()
        return self.render_template(
            self.transfer_template,
            view=self,
            roles=[role for role in read_roles() if role.key in chosen],
            can=self.rights(),
        )

    @expose("/download")
    @guard("export")
    def download(self) -> Any:
        """The chosen roles as a file, or all."""
        visible = self._visible_keys()
        asked = request.args.getlist("key")
        keys = {key for key in visible if not asked or str(key) in asked}
        content = write_file(read_roles(keys), read_pairs())
        told = {"file_format": "json", "rows": len(keys)}
        target = ("Role", None, "Role")
        announce("export", outcome="success", target=target, details=told, stands_alone=True)
        response = Response(content, content_type="application/json")
        filename = f"roles-{in_timezone(now()):%Y-%m-%d}.json"
        response.headers.set("Content-Disposition", "attachment", filename=filename)
        response.cache_control.no_store = True
        return response

    @expose("/upload", methods=["POST"])
    @guard("edit")
    def upload(self) -> Any:
        """Show what a file would change; and change it when that is confirmed."""
        check_verb(self, "add")
        content = _content()
        plan = make_plan(read_file(content), read_pairs(), rights_to_give())
        if request.form.get("step") != "save":
            return self._shown(plan, content)
        if request.form.get("_state") != plan.state:
            late = _("A role was changed after you looked at this. Look again, then confirm.")
            return self._shown(plan, content, late), Conflict.status
        try:
            with operation(action_name(self, "upload")), committed(self.gate):
                _write(plan)
        except (Conflict, Forbidden) as refused:
            if refused.code not in (Conflict.code, Forbidden.code):
                raise
            plan = make_plan(read_file(content), read_pairs(), rights_to_give())
            return self._shown(plan, content, str(refused)), refused.status
        count = len(plan.changes)
        done = ngettext("%(num)d role was changed.", "%(num)d roles were changed.", count)
        flash(done, "success")
        return redirect(self.url("list"), 303)

    def _shown(self, plan: Plan, content: str, problem: str = "") -> Any:
        return self.render_template(
            self.upload_template, view=self, plan=plan, content=content, problem=problem
        )

    def _visible_keys(self) -> set[int]:
        return {row.id for row in db.session.scalars(self.gate.rows("export"))}


def _content() -> str:
    """The text of the file that was chosen, or of the one that was looked at before."""
    sent = request.files.get("file")
    raw = b""
    if sent is not None:
        raw = sent.stream.read(MAX_BYTES + 1)
        sent.close()
    text = request.form.get("content", "") if not raw else ""
    if len(raw) > MAX_BYTES or len(text) > MAX_BYTES:
        raise BadParameter(_("This file is too large for one with roles."))
    if not raw and not text:
        raise BadParameter(_("Choose a file first."))
    try:
        return text or raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadParameter(
            _("This is no file of roles. Choose one that Bureau has written.")
        ) from error


def _write(plan: Plan) -> None:
    """Make the roles what the file says; who has them stays as it is."""
    found = {
        role.id: role
        for role in db.session.scalars(
            sa.select(Role).where(Role.id.in_([planned.key for planned in plan.roles]))
        )
    }
    for planned in plan.changes:
        rights = pairs_with(planned.draft.wanted)
        if planned.key is None:
            db.session.add(Role(name=planned.name, permissions=rights))
        else:
            found[planned.key].permissions = rights
