"""The data of a chart as people see it: labels, numbers, texts and the lists behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import get_locale, gettext as _

from app.core.cache import cached
from app.core.charts.basis import basis_of
from app.core.charts.buckets import MAX_BUCKETS, Bucket
from app.core.charts.cells import Cell, Part, dialect_of, read_cells
from app.core.charts.chart import Chart
from app.core.charts.dimension import Dimension, make_dimension
from app.core.charts.drill import Drill
from app.core.charts.measures import Measure, Number
from app.core.charts.periods import Zone, reader_zone
from app.core.charts.running import summed_up
from app.core.charts.statement import Axis, chart_statement
from app.core.fields import Field
from app.core.kinds.choice import Choice
from app.core.query.gate import Gate
from app.core.query.state import ListState

SERIES_LIMIT = 7
STALE_SECONDS = 5
"""For how long others get the numbers of before a change, while one request counts anew."""


class Value(NamedTuple):
    """One segment: its number, how it is written, and the query string of its rows."""

    number: Number | None
    text: str
    query: str = ""


class Row(NamedTuple):
    """A group with one value for each series."""

    label: str
    values: tuple[Value, ...]
    query: str = ""
    """The query string of the list of its rows; empty where there is no such list."""


@dataclass(frozen=True)
class Series:
    """The numbers of one series, in the order of the labels."""

    label: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True)
class ChartData:
    """What is drawn, and written in the table beside the drawing."""

    chart: Chart
    group_label: str
    series_labels: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the groups."""
        return tuple(row.label for row in self.rows)

    @property
    def series(self) -> tuple[Series, ...]:
        """The columns of the table."""
        return tuple(
            Series(label, tuple(row.values[number].number for row in self.rows))
            for number, label in enumerate(self.series_labels)
        )


def chart_data(
    chart: Chart,
    gate: Gate,
    state: ListState,
    filterable: Collection[str] | None = None,
    *,
    view: str = "",
) -> ChartData:
    """The chart over the rows of a list in this state: one statement, or none while it is kept.

    `filterable` are the fields that the list can be filtered by; all of them when None. `view` is
    the view that the chart belongs to, whose fields may be called otherwise than elsewhere.
    """
    fields = gate.fields()
    dialect = dialect_of(gate.model)
    zone = reader_zone(dialect.name)
    basis = basis_of(gate, state, [fields[name] for name in chart.field_names()], dialect)

    def make() -> tuple[str, tuple[str, ...], tuple[Row, ...]]:
        made = _count(chart, gate, state, filterable, zone)
        return made.group_label, made.series_labels, made.rows

    if not basis.is_steady or " object at 0x" in basis.text:
        return ChartData(chart, *make())
    # The addresses of segments hold the state; the limits of days lie where the reader is.
    place = zone if chart.has_dates else ""
    parts = (view, gate.model, chart.counted, get_locale(), place, state.url(), filterable)
    digest = hashlib.sha256(f"{parts} {basis.text}".encode("utf-8", "backslashreplace")).hexdigest()
    # Whoever may see fewer rows than others is never shown what they could see a moment ago.
    lag, stale = (0.0, 0) if basis.has_rules else (chart.lag_seconds, STALE_SECONDS)
    kept = cached(f"chart:{digest}", basis.tables, make, lag_seconds=lag, stale_seconds=stale)
    return ChartData(chart, *kept)


def _count(
    chart: Chart, gate: Gate, state: ListState, filterable: Collection[str] | None, zone: Zone
) -> ChartData:
    fields = gate.fields()
    axes, cells = _cells(chart, gate, state, zone)
    if chart.is_running:
        ended = _cells(chart.ending, gate, state, zone, begun=chart)[1] if chart.ends else []
        cells = summed_up(axes[0].dimension.bucket, cells, ended)
    drill = Drill(state, fields, tuple(fields) if filterable is None else filterable, zone)
    return _Shape(chart, fields, [axis.dimension for axis in axes], drill).data(cells)


def _cells(
    chart: Chart, gate: Gate, state: ListState, zone: Zone, begun: Chart | None = None
) -> tuple[list[Axis], list[Cell]]:
    """The numbers of a chart; with `begun` only those of rows that the other chart counts, too."""
    fields = gate.fields()
    dialect = dialect_of(gate.model).name
    axes = [Axis("g", make_dimension(chart.group, fields, zone, dialect), _limit(chart))]
    if chart.series is not None:
        series = make_dimension(chart.series, fields, zone, dialect)
        axes.append(Axis("s", series, SERIES_LIMIT))
    measured = fields.get(chart.shown.field)
    column = None if measured is None else measured.attribute
    rows = gate.filtered(state)
    if not chart.shows_empty:
        rows = rows.where(sa.not_(axes[0].dimension.empty))
    if begun is not None:
        first = make_dimension(begun.group, fields, zone, dialect)
        rows = rows.where(sa.not_(first.empty))
    statement = chart_statement(rows, axes, chart.shown, column)
    return axes, read_cells(gate.model, statement, axes)


def _limit(chart: Chart) -> int:
    return MAX_BUCKETS if chart.is_over_time else chart.limit


@dataclass(frozen=True)
class _Shape:
    """Puts the cells of one chart in order."""

    chart: Chart
    fields: Mapping[str, Field]
    dimensions: Sequence[Dimension]
    drill: Drill

    @property
    def measure(self) -> Measure:
        return self.chart.shown

    def data(self, cells: Sequence[Cell]) -> ChartData:
        groups = _ordered(self.dimensions[0], {cell.group for cell in cells})
        series: list[Part | None] = [None]
        labels = [self.measure.label(self.fields)]
        if len(self.dimensions) > 1:
            found = _ordered(self.dimensions[1], {c.series for c in cells if c.series is not None})
            series = [*found]
            labels = [part_label(self.dimensions[1], part) for part in found]
        at = {(cell.group, cell.series): cell.parts for cell in cells}
        return ChartData(
            self.chart,
            str(self.dimensions[0].field.label),
            tuple(labels),
            tuple(self._row(group, groups, series, at) for group in groups),
        )

    def _row(
        self, group: Part, groups: list[Part], series: list[Part | None], at: Mapping[Any, Any]
    ) -> Row:
        chosen = (self.dimensions[0], group, groups)
        values = []
        for part in series:
            value = self._value(at.get((group, part)))
            if part is not None and value.number is not None and self.chart.has_lists:
                known = [other for other in series if other is not None]
                query = self.drill.query(chosen, (self.dimensions[1], part, known))
                value = Value(value.number, value.text, query)
            values.append(value)
        query = self.drill.query(chosen) if self.chart.has_lists else ""
        if series == [None]:
            values = [Value(value.number, value.text, query) for value in values]
        return Row(part_label(self.dimensions[0], group), tuple(values), query)

    def _value(self, parts: Sequence[Any] | None) -> Value:
        measured = self.fields.get(self.measure.field)
        nothing = 0 if self.measure.is_additive else None
        number = nothing if parts is None else self.measure.value(parts, measured)
        return Value(number, self.measure.format(number, measured))


def part_label(dimension: Dimension, part: Part) -> str:
    """What a group or a series is called, in the reader's language."""
    if part.is_other:
        return _("Other") if dimension.bucket is None else _("Earlier")
    if part.has_key:
        return _key_label(dimension, part)
    return _("Empty") if part.is_empty else _("Unreadable")


def _key_label(dimension: Dimension, part: Part) -> str:
    if dimension.bucket is not None:
        return dimension.bucket.format(part.key[0])
    if dimension.field.is_relation:
        return part.title or "#" + ", ".join(str(value) for value in part.key)
    return dimension.field.kind.format(part.key[0])


def _ordered(dimension: Dimension, parts: Iterable[Part]) -> list[Part]:
    """Dates as they follow, choices as they are declared, all else by rank; the rest at the end."""
    found = list(parts)
    keyed = [part for part in found if part.has_key]
    keyed.sort(key=lambda part: _position(dimension.field, part))
    rest = sorted((p for p in found if not p.has_key), key=lambda p: (p.is_empty, not p.is_other))
    if dimension.bucket is None:
        return [*keyed, *rest]
    earlier = [part for part in rest if part.is_other]
    later = [part for part in rest if not part.is_other]
    return [*earlier, *_without_gaps(dimension.bucket, keyed), *later]


def _position(field: Field, part: Part) -> Any:
    value = part.key[0]
    kind = field.kind
    if isinstance(kind, Choice):
        return kind.members.index(value) if value in kind.members else len(kind.members)
    if kind.name == "boolean":
        return not value
    is_in_line = kind.name in ("integer", "date", "datetime", "moment")
    return value if is_in_line else part.rank


def _without_gaps(bucket: Bucket, parts: list[Part]) -> list[Part]:
    """Every bucket from the first to the last, unless one odd date makes that a long way."""
    known = {part.key[0]: part for part in parts}
    return [known.get(start, Part((start,))) for start in bucket.filled(list(known))]
