"""The one statement of a chart.

Its layers, from the inside: the rows of the list with their keys; the groups; the groups with
their ranks; the first groups, the others merged into one; and those with the titles of related
rows. So what comes back is bounded by the limits, however many groups there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Load, aliased
from sqlalchemy.sql import ColumnElement

from app.core.charts.dimension import Dimension
from app.core.charts.measures import Measure
from app.core.fields import has_own_title, key_attributes, title_attributes

Column = ColumnElement[Any]


@dataclass(frozen=True)
class Axis:
    """A dimension with its limit; `name` begins the names of its columns in every layer."""

    name: str
    dimension: Dimension
    limit: int

    @property
    def key_names(self) -> list[str]:
        return [f"{self.name}_{number}" for number in range(len(self.dimension.keys))]

    @property
    def group_names(self) -> list[str]:
        """The columns that tell groups apart."""
        return [*self.key_names, f"{self.name}_empty"]

    def picked(self) -> list[Column]:
        """The key of each row, and whether it has none where the key itself does not tell."""
        columns = list(self.dimension.keys)
        if not self.dimension.is_null_when_empty:
            columns.append(sa.case((self.dimension.empty, 1), else_=0))
        return [column.label(name) for column, name in zip(columns, self.group_names, strict=False)]

    def grouped(self, rows: sa.Subquery) -> list[Column]:
        """The columns by which rows are grouped."""
        return [rows.c[name] for name in self.group_names if name in rows.c]

    def told(self, rows: sa.Subquery) -> list[Column]:
        """Whether a group is that of the rows without a value, found out once for each group."""
        if not self.dimension.is_null_when_empty:
            return []
        is_empty = sa.case((rows.c[self.key_names[0]].is_(None), 1), else_=0)
        return [is_empty.label(f"{self.name}_empty")]

    def rank(self, rows: sa.Subquery, measure: Measure, parts: Sequence[Column]) -> Column:
        """The number of a group: dates from the latest, all else from the largest."""
        keys = [rows.c[name] for name in self.group_names]
        if self.dimension.bucket is not None:
            # Rows without a date come first, so that they are never merged with early ones.
            order = [sa.case((keys[0].is_(None), 0), else_=1), keys[0].desc(), keys[-1]]
        else:
            order = [measure.weight(parts).desc().nulls_last(), *keys]
        return sa.func.dense_rank().over(order_by=order).label(f"{self.name}_rank")

    def folded(self, rows: sa.Subquery) -> list[Column]:
        """The key of each group, and nothing for those beyond the limit."""
        # Written as a number, because a parameter would make it another expression in GROUP BY.
        is_first = rows.c[f"{self.name}_rank"] <= sa.literal_column(str(self.limit))
        kept = [sa.case((is_first, rows.c[name])).label(name) for name in self.group_names]
        return [*kept, sa.case((is_first, 0), else_=1).label(f"{self.name}_other")]


def chart_statement(
    rows: sa.Select[Any], axes: Sequence[Axis], measure: Measure, column: Any
) -> sa.Select[Any]:
    """Group the rows by the axes; `column` is what is measured, or None to count rows."""
    grouped, names = _grouped(rows, axes, measure, column)
    ranked = _ranked(grouped, axes, measure, names)
    folded = _folded(ranked, axes, measure, names)
    return _titled(folded, axes)


def _grouped(
    rows: sa.Select[Any], axes: Sequence[Axis], measure: Measure, column: Any
) -> tuple[sa.Subquery, list[str]]:
    for axis in axes:
        rows = axis.dimension.join(rows)
    keys = [key for axis in axes for key in axis.picked()]
    measured = [] if column is None else [column.label("measured")]
    picked = rows.with_only_columns(*keys, *measured, maintain_column_froms=True)
    inner = picked.order_by(None).subquery("picked")
    groups = [column for axis in axes for column in axis.grouped(inner)]
    told = [column for axis in axes for column in axis.told(inner)]
    parts = measure.parts(sa.null() if column is None else inner.c.measured)
    names = [f"part_{number}" for number in range(len(parts))]
    labelled = [part.label(name) for part, name in zip(parts, names, strict=True)]
    return sa.select(*groups, *told, *labelled).group_by(*groups).subquery("grouped"), names


def _ranked(
    grouped: sa.Subquery, axes: Sequence[Axis], measure: Measure, names: list[str]
) -> sa.Subquery:
    weighed = grouped if len(axes) == 1 else _weighed(grouped, axes, measure, names)
    ranks = [
        axis.rank(
            weighed,
            measure,
            [weighed.c[name if len(axes) == 1 else f"{axis.name}_{name}"] for name in names],
        )
        for axis in axes
    ]
    return sa.select(*weighed.c, *ranks).subquery("ranked")


def _weighed(
    grouped: sa.Subquery, axes: Sequence[Axis], measure: Measure, names: list[str]
) -> sa.Subquery:
    """Beside each cell, the parts of its whole group and of its whole series."""
    wholes = [
        part.over(partition_by=[grouped.c[key] for key in axis.group_names]).label(
            f"{axis.name}_{name}"
        )
        for axis in axes
        for name, part in zip(names, measure.merged([grouped.c[n] for n in names]), strict=True)
    ]
    return sa.select(*grouped.c, *wholes).subquery("weighed")


def _folded(
    ranked: sa.Subquery, axes: Sequence[Axis], measure: Measure, names: list[str]
) -> sa.Subquery:
    keys = [key for axis in axes for key in axis.folded(ranked)]
    ranks = [sa.func.min(ranked.c[f"{axis.name}_rank"]).label(f"{axis.name}_rank") for axis in axes]
    merged = measure.merged([ranked.c[name] for name in names])
    parts = [part.label(name) for part, name in zip(merged, names, strict=True)]
    groups = [key.element for key in keys]
    return sa.select(*keys, *ranks, *parts).group_by(*groups).subquery("folded")


def _titled(folded: sa.Subquery, axes: Sequence[Axis]) -> sa.Select[Any]:
    """Add the related rows, as far as their titles need them."""
    statement = sa.select(*folded.c).select_from(folded)
    for axis in axes:
        target = axis.dimension.field.target
        if target is None:
            continue
        alias: Any = aliased(target, name=f"{axis.name}_row")
        keys = [getattr(alias, name) for name in key_attributes(target)]
        pairs = zip(keys, axis.key_names, strict=True)
        same = sa.and_(*(key == folded.c[name] for key, name in pairs))
        statement = statement.add_columns(alias).outerjoin(alias, same)
        statement = statement.options(*_title_options(target, alias))
    return statement


def _title_options(target: type, alias: Any) -> list[Any]:
    if has_own_title(target):
        return []
    names = dict.fromkeys([*key_attributes(target), *title_attributes(target)])
    return [Load(alias).load_only(*(getattr(alias, name) for name in names))]
