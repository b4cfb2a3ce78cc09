"""Refuses charts that cannot be made, when the view is registered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.core.charts.buckets import Bucket
from app.core.charts.chart import KIND_NAMES, MAX_LIMIT, Chart, ChartKind, field_name
from app.core.charts.measures import Function
from app.core.fields import Field

DATE_KINDS = frozenset({"date", "datetime", "moment"})
GROUP_KINDS = frozenset({"enum", "boolean", "integer", "uuid", "relation", "relations"})


def check_charts(
    view: str, charts: Iterable[Chart], fields: Mapping[str, Field]
) -> Mapping[str, Chart]:
    """The charts by name; raises `TypeError` that names the view and the chart it refuses."""
    found: dict[str, Chart] = {}
    for chart in charts:
        try:
            _check(chart, fields)
            if chart.key in found:
                raise ValueError(f"another chart is called {chart.key!r} too; give it a name")
        except ValueError as error:
            label = chart.label if isinstance(chart.label, str) else chart.group
            raise TypeError(f"{view}: chart {label!r}: {error}") from None
        found[chart.key] = chart
    return found


def is_group(field: Field) -> bool:
    """Whether rows can be grouped by the values of this field as they are."""
    if field.is_computed:
        return False
    is_plain_text = field.kind.is_text and field.kind.name != "html"
    return is_plain_text or field.kind.name in GROUP_KINDS


def _check(chart: Chart, fields: Mapping[str, Field]) -> None:
    for name in sorted(chart.field_names()):
        if name not in fields:
            raise ValueError(f"there is no field {name!r}")
    if KIND_NAMES.get(chart.kind, chart.kind) not in set(ChartKind):
        raise ValueError(f"there is no kind {chart.kind!r}; use one of {', '.join(ChartKind)}")
    _check_group(chart.group, fields)
    _check_measure(chart, fields)
    if chart.series is not None:
        _check_series(chart, chart.series, fields)
    if chart.stacked and not chart.shown.is_additive:
        raise ValueError(f"values of {chart.shown.function} cannot be stacked")
    if not 1 <= chart.limit <= MAX_LIMIT:
        raise ValueError(f"limit must lie between 1 and {MAX_LIMIT}")
    if chart.is_running and not (chart.is_over_time and chart.shown.is_additive):
        raise ValueError("only counts and totals over time can be running sums")
    if chart.ends:
        _check_group(chart.ending.group, fields)
    for text in chart.only:
        _check_condition(text, fields)
    if "/" in chart.key:
        raise ValueError("its name must not hold a slash")


def _check_group(group: str | Bucket, fields: Mapping[str, Field]) -> None:
    field = fields[field_name(group)]
    is_date = field.kind.name in DATE_KINDS and not field.is_computed
    if isinstance(group, Bucket):
        if not is_date:
            raise ValueError(f"{field.name!r} is no date, so it has no {group.unit}")
    elif is_date:
        raise ValueError(f"{field.name!r} is a date: group by month({field.name!r}) or the like")
    elif not is_group(field):
        raise ValueError(f"rows cannot be grouped by {field.name!r} ({field.kind.name})")


def _check_condition(text: str, fields: Mapping[str, Field]) -> None:
    """A condition that cannot be read would show at the first reader, and not before."""
    name, _colon, rest = text.partition(":")
    operator = rest.partition(":")[0]
    known = fields[name].kind.operators if name in fields else ()
    if operator not in known:
        raise ValueError(f"there is no condition {text!r}")


def _check_series(chart: Chart, series: str | Bucket, fields: Mapping[str, Field]) -> None:
    if isinstance(chart.group, Bucket) and isinstance(series, Bucket):
        raise ValueError("group and series cannot both be dates")
    if field_name(series) == field_name(chart.group):
        raise ValueError("group and series are the same field")
    if chart.drawn_as is ChartKind.PIE:
        raise ValueError("a pie has no series")
    if fields[field_name(series)].is_many:
        raise ValueError(f"{field_name(series)!r} is many, and can only be the group")
    _check_group(series, fields)


def _check_measure(chart: Chart, fields: Mapping[str, Field]) -> None:
    measure = chart.shown
    if measure.function is Function.COUNT:
        if measure.field:
            raise ValueError("count takes no field")
        return
    if not measure.field:
        raise ValueError(f"{measure.function} needs a field")
    field = fields[measure.field]
    if not field.kind.is_measure or field.is_computed:
        raise ValueError(
            f"{measure.field!r} is no number ({field.kind.name}), so it has no {measure.function}"
        )
