"""What a chart shows of each group: how many rows, or a number made from one of their fields."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.sql import ColumnElement

from app.core.fields import Field
from app.core.kinds.base import EMPTY
from app.core.kinds.number import Float, Integer

Number = int | float | Decimal


class Function(enum.StrEnum):
    """How the numbers of a group become one."""

    COUNT = "count"
    TOTAL = "total"
    AVERAGE = "average"
    SMALLEST = "smallest"
    LARGEST = "largest"


SQL_NAMES = {
    "sum": Function.TOTAL,
    "avg": Function.AVERAGE,
    "min": Function.SMALLEST,
    "max": Function.LARGEST,
}
ADDITIVE = frozenset({Function.COUNT, Function.TOTAL})
_WRITTEN = re.compile(r"(\w+)(?:\(\s*(\w*)\s*\))?")


@dataclass(frozen=True)
class Measure:
    """A function and the field it is applied to; `count` needs none."""

    function: Function
    field: str = ""

    @classmethod
    def read(cls, written: Measure | str) -> Measure:
        """Accept `"count"`, `"sum(amount)"` and the like; raise `ValueError` for anything else."""
        if isinstance(written, Measure):
            return written
        match = _WRITTEN.fullmatch(written.strip())
        name, field = (match[1], match[2] or "") if match else (written, "")
        if name not in SQL_NAMES and name not in set(Function):
            raise ValueError(f"there is no measure {written!r}")
        return cls(SQL_NAMES.get(name) or Function(name), field)

    @property
    def is_additive(self) -> bool:
        """Whether the values of several groups can be stacked and added, and none means zero."""
        return self.function in ADDITIVE

    def parts(self, column: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
        """The aggregates to ask of each group; the parts of several groups can be merged."""
        match self.function:
            case Function.COUNT:
                return (sa.func.count(),)
            case Function.AVERAGE:
                return (sa.func.sum(column), sa.func.count(column))
        return (self._merger(column),)

    def merged(self, parts: Sequence[ColumnElement[Any]]) -> tuple[ColumnElement[Any], ...]:
        """The parts of several groups taken together."""
        return tuple(self._merger(part) for part in parts)

    def weight(self, parts: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
        """What groups are ranked by: the value that the merged parts stand for."""
        if self.function is Function.AVERAGE:
            return sa.cast(parts[0], sa.Float) / sa.func.nullif(parts[1], 0)
        return parts[0]

    def value(self, parts: Sequence[Any], field: Field | None) -> Number | None:
        """The number to show, from the parts that the database gave."""
        first = parts[0]
        if first is None or first != first:
            return None
        if self.function is Function.AVERAGE:
            return first / type(first)(parts[1]) if parts[1] else None
        whole = field is None or isinstance(field.kind, Integer)
        return int(first) if whole else first

    def format(self, value: Number | None, field: Field | None) -> str:
        """The number for people."""
        if value is None:
            return EMPTY
        if field is None:
            return Integer().format(value)
        is_fraction = self.function is Function.AVERAGE and isinstance(field.kind, Integer)
        return Float().format(value) if is_fraction else field.kind.format(value)

    def label(self, fields: Mapping[str, Field]) -> str:
        """What the values are, for the legend and the head of the table."""
        if self.function is Function.COUNT:
            return _("Number")
        return {
            Function.TOTAL: _("Total: %(field)s"),
            Function.AVERAGE: _("Average: %(field)s"),
            Function.SMALLEST: _("Smallest: %(field)s"),
            Function.LARGEST: _("Largest: %(field)s"),
        }[self.function] % {"field": fields[self.field].label}

    def _merger(self, column: ColumnElement[Any]) -> sa.Function[Any]:
        match self.function:
            case Function.SMALLEST:
                return sa.func.min(column)
            case Function.LARGEST:
                return sa.func.max(column)
        return sa.func.sum(column)


def count() -> Measure:
    """How many rows."""
    return Measure(Function.COUNT)


def total(field: str) -> Measure:
    """The sum of a field."""
    return Measure(Function.TOTAL, field)


def average(field: str) -> Measure:
    """The mean of a field, over the rows where it is filled."""
    return Measure(Function.AVERAGE, field)


def smallest(field: str) -> Measure:
    """The smallest value of a field."""
    return Measure(Function.SMALLEST, field)


def largest(field: str) -> Measure:
    """The largest value of a field."""
    return Measure(Function.LARGEST, field)
