"""The first charts of a view that declares none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _

from app.core.charts.buckets import Bucket, Unit
from app.core.charts.chart import Chart, ChartKind
from app.core.charts.check import DATE_KINDS
from app.core.fields import Field, common_columns

MAX_CHARTS = 4
GROUP_ORDER = ("enum", "relation", "boolean")


def derive_charts(fields: Mapping[str, Field], names: Iterable[str]) -> tuple[Chart, ...]:
    """At most four charts: what the rows are and belong to, and how many came each month.

    A table with neither a choice, a relation nor a date of its own gets none: that of a few names
    to choose from would say nothing.
    """
    usable = [fields[name] for name in names if name in fields]
    groups = [field for field in usable if _divides(field)]
    groups.sort(key=lambda field: GROUP_ORDER.index(field.kind.name))
    over_time = _best_date(usable)
    if over_time is None and groups and "created_at" in fields:
        over_time = _monthly(fields["created_at"])
    rest = MAX_CHARTS - (over_time is not None)
    charts = [Chart(field.label, group=field.name, kind=_drawing(field)) for field in groups[:rest]]
    return (*charts, over_time) if over_time is not None else tuple(charts)


def _divides(field: Field) -> bool:
    """Whether rows share the values of this field; a unique one would give a group for each."""
    return field.kind.name in GROUP_ORDER and not (field.is_unique or field.is_computed)


def _drawing(field: Field) -> ChartKind:
    match field.kind.name:
        case "relation":
            return ChartKind.HORIZONTAL
        case "boolean":
            return ChartKind.PIE
    return ChartKind.BAR


def _best_date(usable: list[Field]) -> Chart | None:
    """A chart over the date that most rows have; a birthday says least about a month."""
    dates = [
        field
        for field in usable
        if field.kind.name in DATE_KINDS
        and field.name not in common_columns(field.model)
        and not field.is_computed
    ]
    dates.sort(key=lambda field: (_is_birthday(field), not field.is_required))
    return _monthly(dates[0]) if dates else None


def _monthly(field: Field) -> Chart:
    if _is_birthday(field):
        title = _("%(field)s by year", field=field.label)
        return Chart(title, group=Bucket(field.name, Unit.YEAR), kind=ChartKind.BAR)
    title = _("%(field)s by month", field=field.label)
    return Chart(title, group=Bucket(field.name, Unit.MONTH), kind=ChartKind.LINE)


def _is_birthday(field: Field) -> bool:
    return "birth" in field.name.lower()
