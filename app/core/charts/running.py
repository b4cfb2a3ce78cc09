"""Running sums: how much there is by the end of each span of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.core.charts.buckets import Bucket
from app.core.charts.cells import Cell, Part

Sums = defaultdict[Any, Any]
"""What has come in each span of time, as the numbers of its measure."""
EARLIER = None
"""Stands for all spans of time before the first that is shown."""


def summed_up(
    bucket: Bucket | None, begun: Sequence[Cell], ended: Sequence[Cell] = ()
) -> list[Cell]:
    """Each cell with the sum of what has begun and not ended by then, for each series."""
    assert bucket is not None, "only charts over time have running sums"
    series: dict[Part | None, Sums] = {}
    for sign, cells in ((1, begun), (-1, ended)):
        for cell in cells:
            # A date that cannot be read has no place in the line.
            if cell.group.has_key or cell.group.is_other:
                found = series.setdefault(_known(cell.series), defaultdict(int))
                found[_start(cell.group)] += sign * (cell.parts[0] or 0)
    known = {start for sums in series.values() for start in sums}
    starts, has_earlier = bucket.filled(sorted(known - {EARLIER})), EARLIER in known
    return [
        cell for part, sums in series.items() for cell in _line(part, sums, starts, has_earlier)
    ]


def _line(part: Part | None, sums: Sums, starts: Iterable[Any], has_earlier: bool) -> list[Cell]:
    total = sums[EARLIER]
    cells = [Cell((total,), Part((EARLIER,), is_other=True), part)] if has_earlier else []
    for start in starts:
        total += sums[start]
        cells.append(Cell((total,), Part((start,)), part))
    return cells


def _start(group: Part) -> Any:
    return EARLIER if group.is_other else group.key[0]


def _known(series: Part | None) -> Part | None:
    """A series as both statements know it: its rank is another one in each."""
    return None if series is None else replace(series, rank=0)
