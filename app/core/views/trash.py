"""The trash of a model: what is in it, getting it back, and deleting it for good."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _, ngettext

from app.core.clock import now
from app.core.drawing import SHOWN_OF_MANY
from app.core.errors import BureauError, Conflict, NotFound
from app.core.fields import title_of
from app.core.history.models import Source
from app.core.history.scope import operation
from app.core.query.consequences import consequences
from app.core.query.gate import Gate
from app.core.query.state import ListRules, ListState, Sort
from app.core.query.trashing import purge, recover
from app.core.trash import DELETED_AT, Scope
from app.core.views.bulk import MAX_NAMED, MAX_ROWS, refuse_too_many
from app.core.views.guard import check_verb, guard
from app.core.views.listing import PAGE_SIZES, ListPages
from app.core.views.offers import action_name, say_done
from app.core.views.table import Rows
from app.extensions import db

VERBS = {"recover": "delete", "purge": "purge"}
"""Getting back what one may delete takes no right more; deleting it for good does."""
MAX_COLUMNS = 3


class TrashPages(ListPages):
    """`trash/`, `recover/<pk>`, `purge/<pk>` and `trash/<name>` for many; of a trashable model."""

    trash_template = "core/trash.html"
    purge_template = "core/delete.html"

    @property
    def trash_days(self) -> int | None:
        """For how many days a deleted row can be got back; None where for ever."""
        days: int | None = getattr(self.derived.model, "__trash_days__", None)
        return days

    @expose("/trash/")
    @guard("delete")
    def trash(self) -> Any:
        """The deleted rows that the user may get back, the last deleted first."""
        return self._trash_page(ListState.parse(request.args, self._trash_rules()))

    @expose("/recover/<pk>", methods=["POST"])
    @guard("delete")
    def recover(self, pk: str) -> Any:
        """Take one row out of the trash."""
        return self._recover([self._trashed().get(pk, "delete")])

    @expose("/purge/<pk>", methods=["POST"])
    @guard("purge")
    def purge(self, pk: str) -> Any:
        """Delete one row of the trash for good, after a question."""
        return self._purge([self._trashed().get(pk, "purge")])

    @expose("/trash/<name>", methods=["POST"])
    @guard("delete")
    def trash_bulk(self, name: str) -> Any:
        """Do the same to the chosen rows, or with `all=1` to all of them."""
        if name not in VERBS:
            raise NotFound
        check_verb(self, VERBS[name])
        rows = self._chosen_of_trash(VERBS[name])
        if not rows:
            flash(_("None of the chosen records can be used for this."), "warning")
            return redirect(self.url("trash"))
        return self._recover(rows) if name == "recover" else self._purge(rows)

    # Parts

    def _trashed(self) -> Gate:
        return self.gate.of(Scope.TRASHED)

    def _trash_rules(self) -> ListRules:
        rules, fields = self.list_rules(), self.gate.fields()
        columns = [name for name in rules.columns if not fields[name].is_many][:MAX_COLUMNS]
        columns += [name for name in (DELETED_AT, "deleted_by") if name in fields]
        return replace(
            rules,
            columns=tuple(columns),
            sort=(Sort(self.gate.all_fields[DELETED_AT], descending=True),),
            sortable=(*self.derived.order_columns, DELETED_AT),
        )

    def _trash_page(self, state: ListState, refused: Mapping[Any, BureauError] = {}) -> Any:
        """The page of the trash; `refused` says beside a row why it could not be got back."""
        gate = self._trashed()
        page = gate.page(state, "delete", many_limit=SHOWN_OF_MANY, whole=True)
        messages = {str(key[0]): in_words(gate, error) for key, error in refused.items()}
        html = self.render_template(
            self.trash_template,
            view=self,
            state=state,
            page=page,
            columns=page.columns,
            refused=messages,
            # What was refused may stand on another page than this one.
            unseen=[messages[key] for key in messages.keys() - {line.key for line in page.rows}],
            can_purge=self.gate.can("purge"),
            days_left=self._days_left,
            page_sizes=[size for size in PAGE_SIZES if size <= self.max_page_size],
            rows=Rows(self, page.columns, has_files=False),
        )
        return (html, Conflict.status) if refused else html

    def _days_left(self, row: Any) -> int | None:
        """In how many days a row will be gone by itself; None where it stays."""
        if self.trash_days is None:
            return None
        left = row.deleted_at + datetime.timedelta(days=self.trash_days) - now()
        return max(0, math.ceil(left / datetime.timedelta(days=1)))

    def _recover(self, rows: Sequence[Any]) -> Any:
        keys = _keys_of(rows)
        title = title_of(rows[0])
        with operation(action_name(self, "recover"), Source.BULK if len(keys) > 1 else None):
            refused = recover(self.gate.model, keys, self.gate.all_fields)
            _end(refused, keys)
        count = len(keys) - len(refused)
        if count:
            message = ngettext("%(num)d record is back.", "%(num)d records are back.", count)
            # To undo it takes the right to delete, as it did to put them there.
            say_done(self, "delete", message if len(keys) > 1 else _is_back(title))
        if refused:
            rules = self._trash_rules()
            return self._trash_page(ListState.parse(request.args, rules), refused)
        return redirect(self.url("trash"))

    def _purge(self, rows: Sequence[Any]) -> Any:
        if "confirmed" not in request.form:
            return self._ask_purge(rows)
        keys = _keys_of(rows)
        with operation(action_name(self, "purge"), Source.BULK if len(keys) > 1 else None):
            refused = purge(self.gate.model, keys, self.gate.all_fields)
            _end(refused, keys)
        count = len(keys) - len(refused)
        if count:
            flash(
                ngettext(
                    "%(num)d record was deleted for good.",
                    "%(num)d records were deleted for good.",
                    count,
                ),
                "success",
            )
        for message in {str(error) for error in refused.values()}:
            flash(message, "error")
        return redirect(self.url("trash"))

    def _ask_purge(self, rows: Sequence[Any]) -> Any:
        return self.render_template(
            self.purge_template,
            view=self,
            titles=[title_of(row) for row in rows[:MAX_NAMED]],
            count=len(rows),
            consequences=consequences(self.gate.model, rows, for_good=True),
            for_good=True,
            action_url=request.path,
            hidden=[
                (name, value)
                for name, value in request.form.items(multi=True)
                if name not in ("csrf_token", "confirmed")
            ],
            next_url=self.url("trash"),
        )

    def _chosen_of_trash(self, verb: str) -> Sequence[Any]:
        gate = self._trashed()
        if request.form.get("all"):
            # Of a fuller trash the first part: the next time takes the next.
            rows: Sequence[Any] = db.session.scalars(gate.rows(verb).limit(MAX_ROWS)).all()
            return rows
        keys = request.form.getlist("key")
        refuse_too_many(len(keys))
        return gate.find(keys, verb)


def in_words(gate: Gate, refused: BureauError) -> str:
    """Why a row could not be got back, with the names of the fields that collide."""
    if not refused.errors:
        return str(refused)
    names: dict[str, list[str]] = {}
    for name, messages in refused.errors.items():
        fields = names.setdefault(" ".join(str(message) for message in messages), [])
        if name in gate.all_fields:
            fields.append(str(gate.all_fields[name].label))
    parts = (f"{', '.join(fields)}: {text}" if fields else text for text, fields in names.items())
    return " ".join(parts)


def _is_back(title: str) -> str:
    return _("%(record)s is back.", record=title)


def _keys_of(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return [(row.id,) for row in rows]


def _end(refused: Mapping[Any, BureauError], keys: Sequence[Any]) -> None:
    """Keep what could be done; where nothing could, leave no trace of the attempt."""
    if len(refused) < len(keys):
        db.session.commit()
    else:
        db.session.rollback()
