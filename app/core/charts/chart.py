"""The declaration of a chart."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from app.core.charts.buckets import Bucket
from app.core.charts.measures import Function, Measure

DEFAULT_LIMIT = 12
MAX_LIMIT = 100


class ChartKind(enum.StrEnum):
    """How a chart is drawn."""

    BAR = "bar"
    HORIZONTAL = "hbar"
    LINE = "line"
    AREA = "area"
    PIE = "pie"


KIND_NAMES = {"doughnut": "pie", "horizontal": "hbar", "horizontal bar": "hbar"}


@dataclass(frozen=True)
class Chart:
    """A chart of a list, over the rows that the list shows.

    ::

        Chart("By status", group="status")
        Chart("Enrolments by month", group=month("enrolled_on"), kind="line")
        Chart("Revenue", group="country", measure=total("amount"), series="kind")
    """

    label: Any
    """Its heading: a plain text, which is looked up in the catalogues, or a lazy one."""
    group: str | Bucket
    """The field whose values are the groups; a date goes through `month("…")` and the like."""
    measure: Measure | str = Function.COUNT
    """What is shown of each group: `count()`, `total("amount")`, `"avg(amount)"`…"""
    series: str | Bucket | None = None
    """A second field: each group is split by its values."""
    kind: ChartKind | str = ChartKind.BAR
    """`bar`, `hbar`, `line`, `area` or `pie`."""
    stacked: bool | None = None
    """Whether series stand upon each other; by default they do where their sum has a meaning."""
    limit: int = DEFAULT_LIMIT
    """How many groups are shown; the rest is one group, "Other". Does not hold for dates."""
    running: bool = False
    """Whether each span of time shows the sum of all spans up to it."""
    ends: str = ""
    """The date at which a row of a running chart stops to count: so many there are at a time."""
    empty: bool | None = None
    """Whether rows without a value are a group of their own; by default not along a time line."""
    only: tuple[str, ...] = ()
    """Conditions that its rows meet besides those of the list: `("status:any:published",)`."""
    drill: bool = True
    """Whether a segment opens the list of its rows."""
    lag_seconds: float = 0
    """How old its numbers may be after others have changed rows, so that it is counted less often;
    for a chart over many rows that change all the time."""
    name: str = ""
    """Its part of the address; by default made from what it shows."""

    @property
    def title(self) -> str:
        """The heading in the reader's language."""
        return _(self.label) if isinstance(self.label, str) else str(self.label)

    @property
    def key(self) -> str:
        """The name in the address."""
        return self.name or "-".join(self._name_parts())

    @property
    def drawn_as(self) -> ChartKind:
        """The kind by its one name."""
        return ChartKind(KIND_NAMES.get(self.kind, self.kind))

    @property
    def shown(self) -> Measure:
        """The measure; raises `ValueError` for one that does not exist."""
        return Measure.read(self.measure)

    @property
    def is_stacked(self) -> bool:
        """Whether the series stand upon each other."""
        can_stack = self.series is not None and self.shown.is_additive
        return can_stack if self.stacked is None else self.stacked

    @property
    def is_over_time(self) -> bool:
        """Whether the groups are spans of time."""
        return isinstance(self.group, Bucket)

    @property
    def has_dates(self) -> bool:
        """Whether days, and so the reader's time zone, take part."""
        return isinstance(self.group, Bucket) or isinstance(self.series, Bucket)

    @property
    def is_running(self) -> bool:
        """Whether its values are sums of all spans of time so far; no list shows those rows."""
        return self.running or bool(self.ends)

    @property
    def has_lists(self) -> bool:
        """Whether its segments open the lists of their rows."""
        return self.drill and not self.is_running

    @property
    def ending(self) -> Chart:
        """The chart of what stops to count, by the same spans of time."""
        assert isinstance(self.group, Bucket)
        return replace(self, group=Bucket(self.ends, self.group.unit), ends="", running=False)

    @property
    def counted(self) -> tuple[object, ...]:
        """What its numbers and their addresses are made of, without what it is called."""
        parts = (self.group, self.shown, self.series, self.limit, self.shows_empty, self.drill)
        return (*parts, self.drawn_as, self.is_running, self.ends)

    @property
    def shows_empty(self) -> bool:
        """Whether rows without a value of the group are counted."""
        return not self.is_over_time if self.empty is None else self.empty

    def field_names(self) -> frozenset[str]:
        """The fields that it reads; who may not see one of them does not see the chart."""
        parts = (self.group, self.series, self.shown.field, self.ends)
        return frozenset(field_name(part) for part in parts if part)

    def _name_parts(self) -> Iterable[str]:
        measure = self.shown
        for part in (self.group, self.series):
            if isinstance(part, Bucket):
                yield f"{part.field}-{part.unit}"
            elif part:
                yield part
        if measure.field:
            yield f"{measure.function}-{measure.field}"


def field_name(part: str | Bucket) -> str:
    """The field that a group or a series is made of."""
    return part.field if isinstance(part, Bucket) else part
