"""The pages of one record: show, add, edit and delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _

from app.core.errors import Conflict, Invalid
from app.core.fields import Field, encode_key, title_of
from app.core.forms import RecordForm, form_for
from app.core.query.changes import add_row, change_row, delete_rows, stale
from app.core.query.consequences import consequences
from app.core.redirects import safe_next
from app.core.views.base import Screen
from app.core.views.context import link_maker
from app.core.views.guard import guard
from app.core.views.related import related_lists

VERSION = "_version"


class RecordPages(Screen):
    """`show/<pk>`, `add`, `edit/<pk>` and `delete/<pk>`."""

    show_template = "core/show.html"
    add_template = "core/form.html"
    edit_template = "core/form.html"
    delete_template = "core/delete.html"

    # Hooks, in FAB's words: `pre_` may raise, `post_` runs after the commit.

    def pre_add(self, item: Any) -> None:
        """Called before a new row is written."""

    def post_add(self, item: Any) -> None:
        """Called after a new row was committed."""

    def pre_update(self, item: Any) -> None:
        """Called before a changed row is written."""

    def post_update(self, item: Any) -> None:
        """Called after a changed row was committed."""

    def pre_delete(self, item: Any) -> None:
        """Called before a row is deleted."""

    def post_delete(self, item: Any) -> None:
        """Called after a row was deleted."""

    @expose("/show/<pk>")
    @guard("read")
    def show(self, pk: str) -> Any:
        """One record, with the lists of what belongs to it."""
        visible = self.gate.fields()
        names = [name for name in self.derived.show_columns if name in visible]
        record = self.gate.get(pk, columns=[visible[name] for name in names])
        return self.render_template(
            self.show_template,
            view=self,
            record=record,
            pk=pk,
            title=title_of(record),
            fieldsets=self._field_groups(self.show_fieldsets, names, visible),
            related=related_lists(self, record),
            actions=[a for a in self.actions.values() if a.single and self.gate.can(a.name)],
            can=self.rights(),
            key=encode_key,
            title_of=title_of,
            link=link_maker(),
        )

    @expose("/add", methods=["GET", "POST"])
    @guard("add")
    def add(self) -> Any:
        """The form for a new record, and its saving."""
        fields = self.form_fields("add")
        if request.method == "GET":
            return self._form_page(self._new_form(fields, None, self._prefilled(fields)))
        form = self._new_form(fields, request.form)
        try:
            self._validate(form)
            row = add_row(self.gate, form.values(), self)
        except Invalid as refused:
            form.add_errors(refused.errors)
            return self._form_page(form), Invalid.status
        flash(_("%(record)s was added.", record=title_of(row)), "success")
        return redirect(self._after_save(row))

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guard("edit")
    def edit(self, pk: str) -> Any:
        """The form of an existing record, and its saving."""
        fields = self.form_fields("edit")
        row = self.gate.get(pk, "edit", columns=fields)
        if request.method == "GET":
            return self._form_page(self._new_form(fields, None, row), row)
        # A refused save rolls the row back, so its title is taken before.
        title, version = title_of(row), getattr(row, "version", None)
        form = self._new_form(fields, request.form, row)
        try:
            self._check_version(version)
            self._validate(form)
            change_row(self.gate, row, form.values(), self)
        except Invalid as refused:
            form.add_errors(refused.errors)
            return self._form_page(form, row, title), Invalid.status
        except Conflict as refused:
            form.general_errors.append(str(refused))
            return self._form_page(form, row, title), Conflict.status
        flash(_("%(record)s was saved.", record=title_of(row)), "success")
        return redirect(self._after_save(row))

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @guard("delete")
    def delete(self, pk: str) -> Any:
        """The question before a record is deleted, and the deletion."""
        row = self.gate.get(pk, "delete")
        title = title_of(row)
        if request.method == "GET":
            return self.render_template(
                self.delete_template,
                view=self,
                titles=[title],
                count=1,
                consequences=consequences(self.gate.model, [row]),
                action_url=self.url("delete", pk),
                hidden=[("next", safe_next(request.args.get("next"), self.url("list")))],
                next_url=safe_next(request.args.get("next"), self.url("show", pk)),
            )
        delete_rows(self.gate, [row], self)
        flash(_("%(record)s was deleted.", record=title), "success")
        return redirect(safe_next(request.form.get("next"), self.url("list")))

    # Forms

    def form_fields(self, verb: str) -> list[Field]:
        """The fields of the add or edit form that the user may write."""
        allowed = self.gate.fields(verb)
        names = getattr(self.derived, f"{verb}_columns")
        return [allowed[name] for name in names if name in allowed]

    def record_form(self, fields: Sequence[Field], verb: str) -> type[RecordForm]:
        """The form class for these fields, with the view's own validators."""
        return form_for(
            [field for field in fields if not field.is_readonly],
            validators=self.validators_columns,
            descriptions=self.description_columns,
            extra=getattr(self, f"{verb}_form_extra_fields"),
        )

    def _new_form(self, fields: Sequence[Field], formdata: Any, row: Any = None) -> RecordForm:
        verb = request.endpoint.rpartition(".")[2] if request.endpoint else "add"
        return self.record_form(fields, verb)(formdata, row)

    def _prefilled(self, fields: Sequence[Field]) -> Any:
        """A row, never saved, with the values that the address gives: `add?album=1`."""
        given = {field.name: field for field in fields if field.name in request.args}
        if not given:
            return None
        form = self.record_form(list(given.values()), "add")(request.args)
        draft = type("Draft", (), {})()
        for name, control in ((control.name, control) for control in form.inputs()):
            if not control.process_errors:
                setattr(draft, name, control.data)
        return draft

    def _form_page(self, form: RecordForm, row: Any = None, title: str = "") -> Any:
        is_add = row is None
        names = [control.name for control in form]
        groups = self.add_fieldsets if is_add else (self.edit_fieldsets or self.add_fieldsets)
        return self.render_template(
            self.add_template if is_add else self.edit_template,
            view=self,
            form=form,
            record=row,
            pk=None if is_add else request.view_args["pk"],  # type: ignore[index]
            title=self.add_title if is_add else (title or title_of(row)),
            hidden=self._hidden(row),
            key=encode_key,
            is_add=is_add,
            fieldsets=self._control_groups(groups, names, form),
            next_url=safe_next(request.values.get("next"), ""),
            can=self.rights(),
        )

    @staticmethod
    def _hidden(row: Any) -> list[tuple[str, Any]]:
        """The version that the form started from; after a refusal still the same."""
        version = request.form.get(VERSION) or getattr(row, "version", None)
        return [] if version is None else [(VERSION, version)]

    def _control_groups(self, declared: Any, names: Sequence[str], form: RecordForm) -> Any:
        groups = self.derived.fieldsets(declared, names)
        placed = {name for _legend, group in groups for name in group}
        rest = [name for name in names if name not in placed]
        if rest:
            groups = [*groups, ("", rest)]
        return [(legend, [form[n] for n in group if n in form]) for legend, group in groups]

    def _field_groups(self, declared: Any, names: Sequence[str], visible: Any) -> Any:
        groups = self.derived.fieldsets(declared, names)
        return [(legend, [visible[n] for n in group if n in visible]) for legend, group in groups]

    def _validate(self, form: RecordForm) -> None:
        if not form.validate():
            raise Invalid

    def _check_version(self, current: int | None) -> None:
        """Refuse a save that started from an older version of the record."""
        sent = request.form.get(VERSION)
        if sent and current is not None and sent != str(current):
            raise stale()

    def _after_save(self, row: Any) -> str:
        """The page that the pressed button leads to."""
        key, then = encode_key(row), request.form.get("next")
        match request.form.get("after"):
            case "add":
                return self.url("add", next=then or None)
            case "edit":
                return self.url("edit", key, next=then or None)
        return safe_next(then, self.url("show", key))
