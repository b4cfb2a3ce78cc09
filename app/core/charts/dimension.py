"""What rows are grouped by, as SQL: the columns of the key, and whether the field is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.core.charts.buckets import Bucket
from app.core.charts.chart import field_name
from app.core.charts.periods import Zone, period_start
from app.core.fields import Field, key_attributes
from app.core.filters.operators import OPERATORS, local_key
from app.core.query.gate import gate_of


@dataclass(frozen=True)
class Dimension:
    """A group or a series; the key of a relation is that of the related row."""

    field: Field
    bucket: Bucket | None
    keys: Sequence[ColumnElement[Any]]
    empty: ColumnElement[bool]
    joined: Any = None
    """The alias of the related model that the keys come from, where ours do not hold them."""

    @property
    def is_null_when_empty(self) -> bool:
        """Whether the key tells by itself that the field is empty; a bad date has no bucket."""
        return self.bucket is None and len(self.keys) == 1

    def join(self, statement: sa.Select[Any]) -> sa.Select[Any]:
        """Add what the keys are read from."""
        if self.joined is None:
            return statement
        return statement.outerjoin(self.field.attribute.of_type(self.joined))


def make_dimension(part: str | Bucket, fields: Any, zone: Zone, dialect: str) -> Dimension:
    """The SQL of a chart's group or series."""
    field: Field = fields[field_name(part)]
    empty = OPERATORS["empty"].apply(field, ())
    if isinstance(part, Bucket):
        start = period_start(field, part.unit, zone, dialect)
        return Dimension(field, part, (start,), empty)
    if field.target is not None:
        return _relation(field, field.target, empty)
    # An empty text is no value, and so the same group as none at all.
    key = sa.case((empty, sa.null()), else_=field.attribute) if field.kind.is_text else None
    return Dimension(field, None, (field.attribute if key is None else key,), empty)


def _relation(field: Field, target: type, empty: ColumnElement[bool]) -> Dimension:
    """A related row that the user may not see counts as none, as it does in the list's filters."""
    gate = gate_of(target)
    own = None if gate.hides_rows else local_key(field)
    if own is not None:
        return Dimension(field, None, own, empty)
    visible = sa.select(target).where(gate.condition()).subquery() if gate.hides_rows else None
    alias: Any = aliased(target, visible)
    keys = tuple(getattr(alias, name) for name in key_attributes(target))
    is_absent = keys[0].is_(None) if gate.hides_rows else empty
    return Dimension(field, None, keys, is_absent, joined=alias)
