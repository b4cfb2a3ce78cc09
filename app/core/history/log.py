"""The log of all changes, as far as each reader may see what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sqlalchemy as sa
from flask import g
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy.orm import Mapper, column_property, relationship, undefer
from sqlalchemy.sql import ColumnElement

from app.core.fields import Field
from app.core.history.columns import is_recorded
from app.core.history.models import Change, Operation, Verb
from app.core.history.subjects import (
    LOOK_BACK,
    label_of,
    may_look_back,
    model_named,
    seen_fields,
    sees_every_row,
)
from app.core.history.wording import FieldChange, Wording
from app.core.kinds import BadValue
from app.core.kinds.choice import Choice
from app.core.query.gate import Gate, gate_of, gates
from app.core.trash import Scope
from app.extensions import db

BATCH = 200
_TABLE: Any = Change.__table__


def _of_operation(column: Any) -> Any:
    found = sa.select(column).where(Operation.id == Change.operation_id)
    return column_property(found.correlate_except(Operation).scalar_subquery(), deferred=True)


# What the log is filtered by stands with the operation; these are read only where they are shown.
_mapper: Mapper[Any] = sa.inspect(Change)
_mapper.add_property("at", _of_operation(Operation.at))
_mapper.add_property("source", _of_operation(Operation.source))
for _name, _column in {"user": Operation.user_id, "real_user": Operation.real_user_id}.items():
    _mapper.add_property(
        _name,
        relationship(
            User,
            secondary=Operation.__table__,
            primaryjoin=Change.operation_id == Operation.id,
            secondaryjoin=_column == User.id,
            uselist=False,
            viewonly=True,
        ),
    )


@dataclass(frozen=True)
class Subject(Choice):
    """The name of a model that the reader may read."""

    name: ClassVar[str] = "enum"

    def parse(self, raw: str) -> str:
        if raw not in _readable():
            raise BadValue(self.expectation())
        return raw

    def format(self, value: Any) -> str:
        return label_of(str(value))

    def expectation(self) -> str:
        return _("Choose one of: %(choices)s.", choices=", ".join(sorted(_readable())))

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def choices(self) -> tuple[tuple[str, Any], ...]:
        found = ((name, label_of(name)) for name in _readable())
        return tuple(sorted(found, key=lambda pair: pair[1].casefold()))


@dataclass(frozen=True)
class ChangedFields(Field):
    """The labels of the changed fields that the reader may see."""

    def value(self, row: Any) -> Any:
        # Of a new row and of one that is gone, all fields have changed, which says nothing.
        if row.verb is not Verb.EDIT or model_named(row.model) is None:
            return ""
        return ", ".join(_wording(row.model).names_of(row))


@dataclass(frozen=True)
class ChangedValues(Field):
    """The same with what they were before and after."""

    def value(self, row: Any) -> Any:
        if model_named(row.model) is None:
            return ""
        wording = _wording(row.model)
        if row.id not in wording.loaded:
            wording.load_titles([row])
        return "\n".join(_in_a_line(said) for said in wording.fields_of(row))


class LogGate(Gate):
    """Shows a change to whoever may see the row that was changed, and a field of it."""

    @property
    def is_personal(self) -> bool:
        return True

    def rows(self, verb: str = "read") -> sa.Select[Any]:
        moment, source = (getattr(Change, name) for name in ("at", "source"))
        statement = super().rows(verb).where(self.condition(verb))
        return statement.options(undefer(moment), undefer(source))

    def condition(self, verb: str = "read") -> ColumnElement[bool]:
        return visible_changes()

    def prepare(self, records: Sequence[Any], columns: Iterable[Field]) -> None:
        if any(isinstance(column, ChangedValues) for column in columns):
            _load_titles(records)


def visible_changes() -> ColumnElement[bool]:
    """The condition on changes that keeps what the reader may not see out of the log.

    Of a model with row rules, only changes of rows that are there and theirs to see. A row that is
    gone passes no rule, so its changes are for those whom no rule restricts.
    """
    free, conditions = [], []
    for model, gate in gates().items():
        if not is_recorded(model) or not may_look_back(gate):
            continue
        name = model.__name__
        in_view = _edits_in_view(gate)
        if sees_every_row(gate):
            if in_view is None:
                free.append(name)
                continue
            conditions.append(sa.and_(_TABLE.c.model == name, in_view))
        elif _is_ours(model):
            parts = [_TABLE.c.model == name, _row_exists(gate)]
            conditions.append(sa.and_(*parts, *([] if in_view is None else [in_view])))
    return sa.or_(_TABLE.c.model.in_(free), *conditions)


def _is_ours(model: Any) -> bool:
    """Whether the rows stand in the database of the log; no statement asks two of them."""
    return sa.inspect(model).local_table.metadata.info.get("bind_key") is None


def _row_exists(gate: Gate) -> ColumnElement[bool]:
    """Whether the changed row is there and the reader's to see."""
    model: Any = gate.model
    keys = sa.inspect(model).primary_key
    if len(keys) == 1 and isinstance(keys[0].type, sa.Integer):
        # Only the keys of this model are numbers; the database may look at the others first.
        text = sa.case((_TABLE.c.model == model.__name__, _TABLE.c.row_key))
        same = keys[0] == sa.cast(text, sa.BigInteger)
    else:
        written: Any = sa.cast(keys[0], sa.Text)
        for key in keys[1:]:
            written = written.concat("~1").concat(sa.cast(key, sa.Text))
        same = written == _TABLE.c.row_key
    seen = gate.of(Scope.ALL) if gate.can("delete") else gate
    found = sa.select(sa.literal(1)).select_from(model).where(same, seen.condition(LOOK_BACK))
    return found.correlate(_TABLE).exists()


def _edits_in_view(gate: Gate) -> ColumnElement[bool] | None:
    """That an edit touched a field that the reader may see; None where they see all of them."""
    if len(gate.fields()) == len(gate.all_fields) and not gate.field_rules:
        return None
    is_sqlite = db.engine.dialect.name == "sqlite"
    named = [
        sa.func.json_type(_TABLE.c.after, f'$."{name}"').is_not(None)
        if is_sqlite
        else sa.func.jsonb_exists(_TABLE.c.after, name)
        for name in seen_fields(gate)
    ]
    return sa.or_(_TABLE.c.verb != Verb.EDIT, *named)


def log_fields(fields: dict[str, Field]) -> dict[str, Field]:
    """The fields of a change with those that are made of what was recorded."""
    options: dict[str, Any] = {"kind": fields["row_title"].kind, "model": Change}
    return {
        **fields,
        "model": replace(fields["model"], kind=Subject()),
        "changed": ChangedFields("changed", _l("Changed fields"), is_readonly=True, **options),
        "details": ChangedValues("details", _l("Details"), is_readonly=True, **options),
    }


def _in_a_line(said: FieldChange) -> str:
    if said.added or said.removed:
        signed = [f"+{title}" for title in said.added] + [f"-{title}" for title in said.removed]
        return f"{said.label}: {', '.join(signed)}"
    return f"{said.label}: {said.before} → {said.after}"


def _load_titles(rows: Iterable[Change]) -> None:
    by_model: dict[str, list[Change]] = {}
    for row in rows:
        by_model.setdefault(row.model, []).append(row)
    for name, changes in by_model.items():
        if model_named(name) is not None:
            _wording(name).load_titles(changes)


def _wording(name: str) -> Wording:
    """The words for changes of one model, kept for the request."""
    known: dict[str, Wording] = g.setdefault("bureau_wordings", {})
    if name not in known:
        model = model_named(name)
        assert model is not None
        known[name] = Wording(gate_of(model))
    return known[name]


def _readable() -> list[str]:
    found = (model for model, gate in gates().items() if is_recorded(model) and may_look_back(gate))
    return [model.__name__ for model in found]
