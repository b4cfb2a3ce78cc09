"""Editing one field of a record: in the list itself, or on a page where there is no script."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import redirect, request
from flask_appbuilder.baseviews import expose
from werkzeug.datastructures import MultiDict

from app.core.error_handlers import wants_fragment
from app.core.errors import BadParameter, Forbidden, NotFound
from app.core.fields import encode_key
from app.core.forms import RecordForm
from app.core.query.rows import line_of
from app.core.query.state import ListState
from app.core.redirects import safe_next
from app.core.views.forms import hidden_fields
from app.core.views.guard import guard
from app.core.views.listing import ListPages
from app.core.views.records import RecordPages
from app.extensions import db


class CellPages(ListPages, RecordPages):
    """`cell/<pk>/<field>`: the form of one field, saved as the whole form is.

    A script asks for the form alone and puts it into the list; it gets the row back. Everybody
    else gets a page. What somebody else has changed meanwhile is decided on the page of a conflict.
    """

    cell_template = "core/_cell_form.html"
    row_template = "core/_saved_row.html"

    @expose("/cell/<pk>/<field>", methods=["GET", "POST"])
    @guard("edit")
    def cell(self, pk: str, field: str) -> Any:
        """The form of one field of a record, and its saving."""
        only = (self._editable(field),)
        if request.method == "POST":
            return self.save(pk, "cell", self._cell_form, self._cell_saved, only)
        row = self.gate.get(pk, "edit", columns=self.form_fields("edit", only))
        return self._cell_form(self.form_of("edit", None, row, only), row)

    def cells_url(self) -> str:
        """The address to which a script adds the key of a row and the name of a field."""
        return self.url("list").removesuffix("list/") + "cell/"

    def inline_fields(self) -> frozenset[str]:
        """The fields that this user may edit in the list."""
        if not (self.derived.inline_columns and self.allows("edit")):
            return frozenset()
        found = self.form_fields("edit", self.derived.inline_columns)
        return frozenset(field.name for field in found if not field.is_readonly)

    def list_context(self, state: ListState) -> dict[str, Any]:
        """What the list's templates need, with the fields that can be edited there."""
        return super().list_context(state) | {"inline": self.inline_fields()}

    def _editable(self, name: str) -> str:
        """The name, if the user may write the field there.

        Raises `NotFound` for one that does not exist for them, `Forbidden` for one they only read.
        """
        if name in self.inline_fields():
            return name
        is_seen = name in self.gate.fields() and name in self.derived.inline_columns
        raise Forbidden if is_seen else NotFound

    def _cell_form(self, form: RecordForm, row: Any, title: str = "") -> Any:
        if not wants_fragment():
            return self.form_page(form, row, title, is_part=True)
        pk = request.view_args["pk"]  # type: ignore[index]
        for control in form:
            # The page has elements of its own, such as one called `list`.
            control.id = control.label.field_id = f"cell-{control.name}"
        context = self.form_context(form, row, pk, title)
        return self.render_template(self.cell_template, **context, hidden=hidden_fields(row, form))

    def _cell_saved(self, row: Any) -> Any:
        """The row as the list shows it now, for a script; else lead back to where one was."""
        key = encode_key(row)
        if not wants_fragment():
            return redirect(safe_next(request.form.get("next"), self.url("show", key)))
        here = safe_next(request.form.get("next"), self.url("list"))
        state = self._state_of(urlsplit(here).query)
        # All of it is read anew: what was saved may have changed other cells of the row.
        db.session.expire_all()
        visible = self.gate.fields()
        columns = [visible[name] for name in state.columns if name in visible]
        context = self.list_context(state)
        return self.render_template(
            self.row_template,
            **context,
            line=line_of(self.gate.get(key, columns=columns), columns),
            rows=self.rows_drawer(columns, context),
        )

    def _state_of(self, query: str) -> ListState:
        """The state of the list that the row stands in, or the plain one where it is none."""
        try:
            return self.read_state(MultiDict(parse_qsl(query)))
        except BadParameter:
            return self.read_state(MultiDict())
