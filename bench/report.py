"""Turns a summary of results into the tables of docs/performance.md, and writes them there."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.contestant import ROOT
from bench.goals import GOALS, Goal, Sheet, as_number, as_seconds
from bench.operations import KINDS
from bench.picture import draw
from bench.results import load, save

PAGE = ROOT / "docs" / "performance.md"
SUMMARY = ROOT / "docs" / "performance.json"
PICTURE = ROOT / "docs" / "images" / "performance.svg"
BLOCK = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
NOTHING = "–"


def goals_table(sheet: Sheet) -> str:
    """The table of the goals, with what the run has reached."""
    head = ["operation", *(sheet.titles[name] for name in sheet.peers), "**Bureau**", "goal", ""]
    return _table(head, [_goal_row(sheet, goal) for goal in GOALS])


def _goal_row(sheet: Sheet, goal: Goal) -> list[str]:
    values = [goal.show(sheet, name) or NOTHING for name in sheet.peers]
    ours = goal.show(sheet, "bureau")
    return [
        goal.title,
        *values,
        f"**{ours}**" if ours else NOTHING,
        goal.text,
        "<br>".join(str(outcome) for outcome in goal.outcomes(sheet)),
    ]


def growth_table(sheet: Sheet) -> str:
    """What depends on the number of rows, at every size."""
    names = sheet.everybody
    rows = []
    for kind in KINDS.values():
        if not kind.grows:
            continue
        for size in sheet.sizes:
            cells = [_growing(sheet, kind.name, name, size) for name in names]
            if any(cell != NOTHING for cell in cells):
                rows.append([kind.title, size, *cells])
    return _table(["operation", "rows", *(sheet.titles[name] for name in names)], rows)


def _growing(sheet: Sheet, operation: str, name: str, size: str) -> str:
    rate = sheet.value(operation, name, "rate", size)
    if rate is not None:
        return as_number(rate)
    seconds = sheet.value(operation, name, "seconds", size)
    return NOTHING if seconds is None else as_seconds(seconds)


def memory_table(sheet: Sheet) -> str:
    """What the servers hold, and what the heavy pages add."""
    rows = []
    for name in sheet.everybody:
        cells = [sheet.value(what, name, "memory") for what in ("start", "loaded")]
        heavy = [
            sheet.value(what, name, "memory", sheet.largest_with(what))
            for what in ("big_form", "chart", "export")
        ]
        shown = [NOTHING if cell is None else f"{cell:,.0f}" for cell in [*cells, *heavy]]
        rows.append([sheet.titles[name], *shown])
    head = "MiB|started|after the load|form with a big FK|chart|export"
    return _table(head.split("|"), rows)


def alone_table(sheet: Sheet) -> str:
    """Milliseconds for one client alone, and the statements of each operation."""
    names = sheet.everybody
    rows = []
    for kind in KINDS.values():
        cells = []
        for name in names:
            milliseconds = sheet.value(kind.name, name, "milliseconds")
            statements = sheet.value(kind.name, name, "statements")
            shown = NOTHING if milliseconds is None else as_number(milliseconds)
            cells.append(shown if statements is None else f"{shown} · {statements:.0f}")
        if any(not cell.startswith(NOTHING) for cell in cells):
            rows.append([kind.title, *cells])
    return _table(["ms · statements", *(sheet.titles[name] for name in names)], rows)


def leaks_table(sheet: Sheet) -> str:
    """The test of requests that get mixed up."""
    rows = [
        [
            sheet.titles[name],
            f"{found['lists']:,}",
            _share(found["wrong_lists"], found["lists"]),
            f"{found['records']:,}",
            _share(found["wrong_records"], found["records"]),
        ]
        for name, found in sheet.summary["leaks"].items()
    ]
    head = "|list pages|with another's rows or filter|records added|saved under another's parent"
    return _table(head.split("|"), rows)


def machine_table(sheet: Sheet) -> str:
    """Where and with what it was measured."""
    shown: dict[str, str] = sheet.summary["about"]["shown"]
    return _table(["", ""], list(shown.items()))


def noise(sheet: Sheet) -> str:
    """How much the figures of the rounds differ."""
    spreads = [
        record["rate"][2] / record["rate"][1] - 1
        for contestants in sheet.summary["cells"].values()
        for operations in contestants.values()
        for record in operations.values()
        if "rate" in record and record["rate"][1]
    ]
    loops = sheet.summary["loops"]
    if not spreads or not loops:
        return "Nothing was measured under load.\n"
    tenth = sorted(spreads)[int(len(spreads) * 0.9)]
    middle = statistics.median(spreads)
    return (
        f"The fixed loop took {min(loops):.0f} to {max(loops):.0f} ms. Between the slowest and the"
        f" fastest round of a figure lie {middle:.0%} in the middle, and {tenth:.0%} or more for a"
        " tenth of them: a ratio that is closer to its goal than that says nothing.\n"
    )


def failures(sheet: Sheet) -> str:
    """What was not done right, and so does not count."""
    found = sheet.summary["failures"]
    if not found:
        return "Every answer was right.\n"
    return "".join(f"- `{each.splitlines()[0][:160]}`\n" for each in found)


TABLES: dict[str, Callable[[Sheet], str]] = {
    "goals": goals_table,
    "growth": growth_table,
    "alone": alone_table,
    "memory": memory_table,
    "leaks": leaks_table,
    "machine": machine_table,
    "noise": noise,
    "failures": failures,
}


def written(page: str, summary: dict[str, Any]) -> str:
    """The page with what stands between its marks made anew."""
    sheet = Sheet(summary)
    return BLOCK.sub(lambda found: f"{found[1]}\n{TABLES[found[2]](sheet)}\n{found[3]}", page)


def publish(summary: dict[str, Any]) -> None:
    """Keep a summary as the one that the page is made from, and make the page."""
    save(summary, SUMMARY)
    PAGE.write_text(written(PAGE.read_text(), summary))
    PICTURE.write_text(draw(Sheet(summary)))


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else NOTHING


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    publish(load(Path(sys.argv[1]) if len(sys.argv) > 1 else SUMMARY))
