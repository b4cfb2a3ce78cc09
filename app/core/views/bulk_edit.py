"""Giving many records the same values: the form, and its saving, for all of them or for none."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, ngettext
from sqlalchemy.orm import joinedload

from app.core.errors import BureauError, Conflict, Forbidden, Invalid
from app.core.fields import encode_key, title_of
from app.core.forms import RecordForm
from app.core.history.models import Change, Operation, Source
from app.core.history.scope import operation
from app.core.kinds import Widget
from app.core.presence import name_of
from app.core.query.changes import STALE, lock_unversioned
from app.core.query.counting import count_rows
from app.core.query.many import change_rows
from app.core.views.bulk import MAX_NAMED, BulkPages, refuse_too_many
from app.core.views.guard import guard
from app.core.views.offers import action_name, say_done
from app.core.views.opened import marks_of, pack, unpack
from app.extensions import db

ROWS, TICKED = "_rows", "_set"


@dataclass(frozen=True)
class Moved:
    """What became of a record after the form was opened."""

    title: str
    url: str
    who: str = ""
    at: datetime.datetime | None = None


@dataclass
class Meanwhile:
    """What others did between the opening of the form and its saving."""

    changed: list[Any] = field(default_factory=list)
    gone: int = 0

    def __bool__(self) -> bool:
        return bool(self.changed or self.gone)


class BulkEditPages(BulkPages):
    """`bulk/edit`: POST only, as every action on chosen rows."""

    bulk_edit_template = "core/bulk_edit.html"

    @expose("/bulk/edit", methods=["POST"])
    @guard("edit")
    def bulk_edit(self) -> Any:
        """The form for the chosen rows; with what it was opened for, its saving."""
        if ROWS in request.form:
            return self._save_many()
        rows = self._chosen_rows("edit")
        if not rows:
            flash(_("None of the chosen records can be used for this."), "warning")
            return redirect(self._back())
        form = self.form_of("edit", None, None, self.bulk_fields())
        for control in form:
            # Not what a new record would have: nothing is chosen yet.
            control.data = None
        return self._bulk_page(form, rows, left_out=self._left_out(len(rows)))

    def bulk_fields(self) -> frozenset[str]:
        """The fields that this user may give many rows at once."""
        fields = self.form_fields("edit", self.derived.bulk_columns)
        return frozenset(field.name for field in fields if not field.is_readonly)

    def _save_many(self) -> Any:
        form, ticked = self._read_many()
        opened = unpack(self.gate.model, request.form[ROWS])
        refuse_too_many(len(opened))
        lock_unversioned(self.gate.model, *opened)
        rows = self.gate.find(opened, "edit")
        meanwhile = self._meanwhile(opened, rows)
        if meanwhile:
            return self._bulk_page(form, rows, meanwhile=meanwhile), Conflict.status
        values = {name: form[name].data for name in ticked}
        try:
            _check_many(form, ticked)
            with operation(action_name(self, "edit"), Source.BULK):
                count = change_rows(self.gate, rows, values, self)
        except Conflict as refused:
            db.session.expire_all()
            rows = self.gate.find(opened, "edit")
            meanwhile = self._meanwhile(opened, rows)
            if refused.code != STALE or not meanwhile:
                form.general_errors.extend(_in_words(refused))
            return self._bulk_page(form, rows, meanwhile=meanwhile), Conflict.status
        except Invalid as refused:
            form.add_errors(refused.errors)
            form.general_errors.extend(getattr(refused, "__notes__", ()) and _in_words(refused))
            db.session.expire_all()
            rows = self.gate.find(opened, "edit")
            return self._bulk_page(form, rows), Invalid.status
        message = ngettext("%(num)d record was changed.", "%(num)d records were changed.", count)
        say_done(self, "edit", message)
        return redirect(self._back())

    def _read_many(self) -> tuple[RecordForm, list[str]]:
        """The form with what was typed, and the names of the fields that are to be written."""
        offered = self.bulk_fields()
        ticked = list(dict.fromkeys(request.form.getlist(TICKED)))
        if not offered.issuperset(ticked):
            raise Forbidden
        return self.form_of("edit", request.form, None, offered), ticked

    def _meanwhile(self, opened: Any, rows: Sequence[Any]) -> Meanwhile:
        """Compare how the rows are with how they were."""
        marks = marks_of(rows)
        changed = [row for row in rows if marks[encode_key(row)] != opened[encode_key(row)]]
        return Meanwhile(changed, len(opened) - len(rows))

    def _bulk_page(
        self,
        form: RecordForm,
        rows: Sequence[Any],
        *,
        meanwhile: Meanwhile | None = None,
        left_out: int = 0,
    ) -> Any:
        meanwhile = meanwhile or Meanwhile()
        model, others = self.gate.model, {encode_key(row) for row in meanwhile.changed}
        marks = marks_of(rows)
        rest = {key: mark for key, mark in marks.items() if key not in others}
        return self.render_template(
            self.bulk_edit_template,
            view=self,
            form=form,
            controls=list(form),
            ticked=set(request.form.getlist(TICKED)),
            count=len(rows),
            titles=[title_of(row) for row in rows[:MAX_NAMED]],
            left_out=left_out,
            moved=self._moved(meanwhile.changed[:MAX_NAMED]),
            changed=len(meanwhile.changed),
            gone=meanwhile.gone,
            everything=pack(model, marks),
            rest=pack(model, rest) if others and rest else "",
            rest_count=len(rest),
            next_url=self._back(),
        )

    def _moved(self, rows: Sequence[Any]) -> list[Moved]:
        """The rows that others have changed, with who did it last."""
        last = _last_changes(self.gate.model, [encode_key(row) for row in rows])
        found = []
        for row in rows:
            key = encode_key(row)
            done = last.get(key)
            user = done.user if done is not None else None
            found.append(
                Moved(
                    title_of(row),
                    self.url("show", key),
                    who="" if user is None else name_of(user),
                    at=None if done is None else done.at,
                )
            )
        return found

    def _left_out(self, count: int) -> int:
        """Of all rows that the filters match, how many the user may not edit."""
        if not request.form.get("all"):
            # Of those ticked, a message says so already.
            return 0
        found = count_rows(db.session(), self.gate.filtered(self._chosen_state()))
        return max(0, found.value - count) if found.is_exact else 0


def _check_many(form: RecordForm, ticked: Collection[str]) -> None:
    """Refuse values that cannot be written, nothing to write, and what is typed but not ticked."""
    form.validate()
    for control in form:
        is_typed = any(str(text).strip() for text in control.raw_data or ())
        if control.name not in ticked:
            control.errors = [_("Tick this field to change it, or empty it.")] if is_typed else []
        elif _is_open(control) and not control.errors:
            control.errors = [_("Fill in this field.")]
    if not ticked:
        form.general_errors.append(_("Tick the fields that you want to change."))
    if form.errors or form.general_errors:
        raise Invalid


def _is_open(control: Any) -> bool:
    """Whether no value was chosen for a field that needs one; a box alone would say "no"."""
    is_box = control.widget_name == Widget.CHECKBOX
    return control.is_missing or (is_box and not any(control.raw_data or ()))


def _in_words(refused: BureauError) -> list[str]:
    """Why nothing was saved, and for which record."""
    titles = getattr(refused, "__notes__", ())
    named = [_("“%(record)s” cannot be changed like that.", record=title) for title in titles]
    return [*named, str(refused)] if not refused.errors else named


def _last_changes(model: type, keys: Collection[str]) -> dict[str, Operation]:
    """By key, the operation that has changed the row last."""
    if not keys:
        return {}
    newest = (
        sa.select(sa.func.max(Change.id))
        .where(Change.model == model.__name__, Change.row_key.in_(keys))
        .group_by(Change.row_key)
    )
    user = joinedload(Change.operation).joinedload(Operation.user)
    statement = (
        sa.select(Change)
        .where(Change.id.in_(newest))
        .options(user.load_only(User.first_name, User.last_name, User.username))
    )
    return {change.row_key: change.operation for change in db.session.scalars(statement).unique()}
