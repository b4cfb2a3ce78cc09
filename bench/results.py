"""What was measured: noted while it happens, summed up, and kept as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Record = dict[str, Any]
"""What one measurement gave, by name."""
# Of these the lowest and the highest of the rounds are kept too.
TIMED = ("rate", "seconds", "milliseconds")


@dataclass
class Results:
    """`cells[size][contestant][operation]` has a record of each round."""

    cells: dict[str, dict[str, dict[str, list[Record]]]] = field(default_factory=dict)
    browser: dict[str, Record] = field(default_factory=dict)
    leaks: dict[str, Record] = field(default_factory=dict)
    loops: list[float] = field(default_factory=list)
    """Milliseconds of the fixed loop, before each round."""
    failures: list[str] = field(default_factory=list)

    def add(self, size: str, contestant: str, operation: str, record: Record) -> None:
        of_contestant = self.cells.setdefault(size, {}).setdefault(contestant, {})
        of_contestant.setdefault(operation, []).append(record)

    def of(self, size: str, contestant: str, operation: str) -> list[Record]:
        """The records so far."""
        return self.cells.get(size, {}).get(contestant, {}).get(operation, [])

    def fail(self, *where: str, why: Exception) -> None:
        """Note what went wrong; the rest goes on."""
        self.failures.append(f"{' '.join(where)}: {type(why).__name__}: {str(why)[:500]}")
        print(f"  {self.failures[-1]}", flush=True)

    def summary(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """All of it as the report reads it: medians, with the range of what was timed."""
        cells = {
            size: {
                contestant: {name: summed_up(records) for name, records in operations.items()}
                for contestant, operations in contestants.items()
            }
            for size, contestants in self.cells.items()
        }
        return {
            "about": dict(about),
            "cells": cells,
            "browser": self.browser,
            "leaks": self.leaks,
            "loops": self.loops,
            "failures": self.failures,
        }


def summed_up(records: Iterable[Record]) -> Record:
    """One record of many: medians; of what was timed the lowest and the highest too."""
    found: dict[str, list[float]] = {}
    for record in records:
        for name, value in record.items():
            if value is not None and not isinstance(value, bool):
                found.setdefault(name, []).append(value)
    return {
        name: [_short(statistics.median(values)), _short(min(values)), _short(max(values))]
        if name in TIMED
        else _short(statistics.median(values))
        for name, values in found.items()
    }


def _short(value: float) -> float:
    """The number without digits that say nothing."""
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def save(summary: Mapping[str, Any], path: Path) -> None:
    """Write a summary so that a difference of two runs can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n")


def load(path: Path) -> dict[str, Any]:
    """Read a summary."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found
