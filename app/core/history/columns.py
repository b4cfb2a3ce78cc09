"""What of a model is recorded: its columns and its many-to-many links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import has_app_context
from sqlalchemy.orm import Mapper, RelationshipProperty

from app.core.history.models import Change, Operation
from app.core.history.values import is_kept
from app.core.kinds import Kind, kind_of_column
from app.core.kinds.text import Text
from app.core.models import Model
from app.core.query.gate import gates

TECHNICAL = frozenset(
    "created_at updated_at created_by_id updated_by_id version".split()
    # FAB's own names for the same, and its counters of log-ins.
    + "created_on changed_on created_by_fk changed_by_fk".split()
    + "last_login login_count fail_login_count".split()
)
ORIGIN = frozenset("created_at created_by_id created_on created_by_fk".split())
"""What says when a row was made and by whom; kept of a deleted row, so that it can come back."""
_SECRET = re.compile(r"(^|_)(password|passwd|passphrase|secret|token|otp|salt|hash|hashed)(_|$)")


@dataclass(frozen=True)
class RecordedColumn:
    """A column whose changes are kept."""

    name: str
    kind: Kind
    column: sa.Column[Any]


def is_recorded(model: type) -> bool:
    """Whether changes of this model are kept: all of ours, and whatever has a view.

    `__history__ = False` on a model takes it out.
    """
    if model in (Operation, Change) or getattr(model, "__history__", True) is False:
        return False
    return issubclass(model, Model) or (has_app_context() and model in gates())


@cache
def recorded_columns(model: Any) -> tuple[RecordedColumn, ...]:
    """The columns kept: all but keys, technical ones, bytes, and secrets.

    A secret is a column whose name says so, one in `__unrecorded__`, or one with
    `info={"history": False}`; it never enters the history. `info={"history": True}` keeps a column
    that only sounds like a secret.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    left_out = TECHNICAL | set(getattr(model, "__unrecorded__", ()))
    found = []
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if not isinstance(column, sa.Column) or column.primary_key or column.computed is not None:
            continue
        kind = kind_of_column(column)
        if attribute.key in left_out or is_secret(attribute.key, column) or not is_kept(kind):
            continue
        found.append(RecordedColumn(attribute.key, kind, column))
    return tuple(found)


@cache
def origin_columns(model: Any) -> tuple[RecordedColumn, ...]:
    """The columns that say when a row was made and by whom."""
    mapper: Mapper[Any] = sa.inspect(model)
    found = [(a.key, a.columns[0]) for a in mapper.column_attrs if a.key in ORIGIN]
    return tuple(
        RecordedColumn(name, kind_of_column(column), column)
        for name, column in found
        if isinstance(column, sa.Column) and not column.primary_key
    )


@cache
def recorded_links(model: Any) -> tuple[RelationshipProperty[Any], ...]:
    """The many-to-many relations, whose changes are kept as keys added and removed."""
    mapper: Mapper[Any] = sa.inspect(model)
    left_out = set(getattr(model, "__unrecorded__", ()))
    return tuple(
        relation
        for relation in mapper.relationships
        if relation.secondary is not None and not relation.viewonly and relation.key not in left_out
    )


def is_secret(name: str, column: sa.Column[Any]) -> bool:
    """Whether the values of this column must never be kept."""
    declared: bool | None = column.info.get("history")
    if declared is not None:
        return not declared
    return isinstance(kind_of_column(column), Text) and _SECRET.search(name) is not None
