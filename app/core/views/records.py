"""The pages of one record: show, add, edit and delete."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.fields import encode_key, title_of
from app.core.forms import RecordForm
from app.core.history.scope import operation
from app.core.once import KeyReused, Repeated, answered_once, ticket_of_form
from app.core.query.changes import STALE, add_row, change_row, delete_rows, lock_unversioned
from app.core.query.consequences import consequences
from app.core.redirects import safe_next
from app.core.views.conflict import (
    check_start,
    conflict_page,
    gone_page,
    is_deciding,
    take_choices,
)
from app.core.views.facts import belongs, facts_of, grouped, is_met
from app.core.views.forms import FormParts, validate
from app.core.views.guard import guard
from app.core.views.offers import action_name, say_done
from app.core.views.related import related_lists

LAST_CHANGE = ("updated_at", "updated_by")
"""The fields with which a record's page says when it was changed last, and by whom."""


class RecordPages(FormParts):
    """`show/<pk>`, `add`, `edit/<pk>` and `delete/<pk>`."""

    show_template = "core/show.html"
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
        """One record; what belongs to it and what became of it are fetched when they are seen.

        A template of the view's own is given the record itself.
        """
        visible = self.gate.fields()
        names = [name for name in self.derived.show_columns if name in visible]
        usable = [a for a in self.actions.values() if a.single and self.gate.can(a.name)]
        conditions = (*self.shown_when.values(), *(action.when for action in usable))
        deciders = {condition[0] for condition in conditions if condition}
        wanted = dict.fromkeys((*names, *LAST_CHANGE, *sorted(deciders)))
        fields = {name: visible[name] for name in wanted if name in visible}
        has_own_page = self.show_template != RecordPages.show_template
        line = self.gate.line(pk, fields.values(), whole=has_own_page)
        values = dict(zip(fields, line.values, strict=True))
        facts = facts_of(self, pk, line, fields.values(), self.inline_fields())
        for name in self.shown_when:
            if name in facts and not belongs(self.shown_when[name], fields, values, name):
                del facts[name]
        changed_by = values.get("updated_by")
        return self.render_template(
            self.show_template,
            view=self,
            record=line.record,
            pk=pk,
            title=line.title,
            groups=grouped(facts, self.derived.fieldsets(self.show_fieldsets, names)),
            related=related_lists(self, line.key),
            actions=[action for action in usable if is_met(action.when, fields, values)],
            can=self.rights(),
            changed_at=values.get("updated_at"),
            changed_by="" if changed_by is None else title_of(changed_by),
        )

    @expose("/add", methods=["GET", "POST"])
    @guard("add")
    def add(self) -> Any:
        """The form for a new record, and its saving; sent twice, it adds one record."""
        if request.method == "GET":
            fields = self.form_fields("add")
            return self.form_page(self.form_of("add", None, self._prefilled(fields)))
        form, ticket = self.form_of("add", request.form), ticket_of_form()
        try:
            with answered_once(ticket), operation(action_name(self, "add")):
                validate(form)
                row = add_row(self.gate, form.values(), self, ticket=ticket)
        except Repeated as done:
            return self._added_before(done.row_key)
        except Invalid as refused:
            form.add_errors(refused.errors)
            return self.form_page(form), Invalid.status
        except Forbidden as refused:
            return self.form_page(_with_reason(form, refused)), Forbidden.status
        except KeyReused as refused:
            form.general_errors.append(str(refused))
            return self.form_page(form, has_new_key=True), Conflict.status
        say_done(self, "add", _("%(record)s was added.", record=title_of(row)))
        return self.saved(encode_key(row))

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @guard("edit")
    def edit(self, pk: str) -> Any:
        """The form of an existing record, and its saving."""
        if request.method == "GET":
            row = self.gate.get(pk, "edit", columns=self.form_fields("edit"))
            return self.form_page(self.form_of("edit", None, row), row)
        return self.save(pk, "edit", self.form_page, lambda row: self.saved(encode_key(row)))

    def inline_fields(self) -> frozenset[str]:
        """The fields that this user may edit one by one; `CellPages` says which."""
        return frozenset()

    def save(
        self,
        pk: str,
        door: str,
        draw: Callable[..., Any],
        done: Callable[[Any], Any],
        only: Collection[str] | None = None,
    ) -> Any:
        """Save what the form of a record, or of `only` some of its fields, has sent.

        `draw` shows the form again where it is refused, `done` answers with the row saved; `door`
        is what the history calls it. Where somebody was faster, both texts come side by side.
        """
        try:
            return self._save(pk, door, draw, done, only)
        except NotFound:
            return gone_page(self), NotFound.status

    def _save(
        self,
        pk: str,
        door: str,
        draw: Callable[..., Any],
        done: Callable[[Any], Any],
        only: Collection[str] | None,
    ) -> Any:
        lock_unversioned(self.gate.model, pk)
        row = self.gate.get(pk, "edit", columns=self.form_fields("edit", only))
        # A refused save rolls the row back, so its title is taken before.
        title, form = title_of(row), self.form_of("edit", request.form, row, only)
        try:
            check_start(row, form)
            take_choices(form)
            validate(form)
            with operation(action_name(self, door)):
                change_row(self.gate, row, form.values(), self)
        except Invalid as refused:
            if is_deciding():
                return conflict_page(self, pk, refused, only=only), Invalid.status
            form.add_errors(refused.errors)
            return draw(form, row, title), Invalid.status
        except Conflict as refused:
            if refused.code == STALE:
                return conflict_page(self, pk, only=only), Conflict.status
            form.general_errors.append(str(refused))
            return draw(form, row, title), Conflict.status
        except Forbidden as refused:
            return draw(_with_reason(form, refused), row, title), Forbidden.status
        say_done(self, "edit", _("%(record)s was saved.", record=title_of(row)))
        return done(row)

    def _added_before(self, key: str) -> Any:
        """Answer a form that was sent twice as it was answered the first time."""
        for row in self.gate.find([key]):
            flash(_("%(record)s was added.", record=title_of(row)), "success")
        return self.saved(key)

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
        with operation(action_name(self, "delete")):
            delete_rows(self.gate, [row], self)
        say_done(self, "delete", _("%(record)s was deleted.", record=title))
        return redirect(safe_next(request.form.get("next"), self.url("list")))


def _with_reason(form: RecordForm, refused: Forbidden) -> RecordForm:
    """The form with what the refusal says; one without a reason, or that asks back, goes on."""
    if not refused.message or refused.code != Forbidden.code:
        raise refused
    form.general_errors.append(str(refused))
    return form
