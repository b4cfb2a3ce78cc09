"""What the database answers to a chart's statement, free of anything that depends on the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.charts.statement import Axis
from app.core.fields import title_of
from app.extensions import db


@dataclass(frozen=True)
class Part:
    """A group or a series: its key, and what it is where it has none."""

    key: tuple[Any, ...]
    title: str = ""
    """The title of the related row that the key belongs to."""
    is_empty: bool = False
    is_other: bool = False
    """Whether it is what lies beyond the limit."""
    rank: int = 0

    @property
    def has_key(self) -> bool:
        return not self.is_other and any(value is not None for value in self.key)


@dataclass(frozen=True)
class Cell:
    """One number of a chart, still in the parts that it is made of."""

    parts: tuple[Any, ...]
    group: Part
    series: Part | None = None


def read_cells(model: type, statement: sa.Select[Any], axes: Sequence[Axis]) -> list[Cell]:
    """Run the statement."""
    # The models of an adopted database live elsewhere, which a grouped query does not show.
    arguments: dict[str, Any] = {"mapper": sa.inspect(model)}
    rows = db.session.execute(statement, bind_arguments=arguments)
    return [_cell(row, axes) for row in rows]


def dialect_of(model: type) -> sa.Dialect:
    """The dialect of the database that this model lives in."""
    return db.session.get_bind(mapper=sa.inspect(model)).dialect


def _cell(row: Any, axes: Sequence[Axis]) -> Cell:
    found = [_part(row, axis) for axis in axes]
    parts = tuple(getattr(row, name) for name in row._fields if name.startswith("part_"))
    return Cell(parts, *found)


def _part(row: Any, axis: Axis) -> Part:
    related = getattr(row, f"{axis.name}_row", None)
    is_other = getattr(row, f"{axis.name}_other") == 1
    return Part(
        key=tuple(getattr(row, name) for name in axis.key_names),
        title="" if related is None else title_of(related),
        is_empty=getattr(row, f"{axis.name}_empty") == 1,
        is_other=is_other,
        # What is beyond the limit had many ranks, a different one in each series.
        rank=0 if is_other else getattr(row, f"{axis.name}_rank"),
    )
