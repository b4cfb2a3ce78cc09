"""The goals, and how a run is judged by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.databases import SIZES

KB = 1000


class Sheet:
    """A summary of results, asked for one figure at a time."""

    def __init__(self, summary: dict[str, Any]) -> None:
        self.summary = summary
        about = summary["about"]
        self.titles: dict[str, str] = about["titles"]
        self.sizes: list[str] = sorted(summary["cells"], key=lambda size: SIZES[size])
        measured = {name for cells in summary["cells"].values() for name in cells}
        self.everybody = [name for name in self.titles if name in measured]
        self.peers = [name for name in about["peers"] if name in measured]
        self.under_wsgi = [name for name in self.peers if name in about["wsgi"]]

    def value(
        self, operation: str, name: str, figure: str, size: str | None = None
    ) -> float | None:
        """A figure, at the largest size unless another is named."""
        if not self.sizes:
            return None
        cells = self.summary["cells"][size or self.sizes[-1]]
        found: Any = cells.get(name, {}).get(operation, {}).get(figure)
        value: float | None = found[0] if isinstance(found, list) else found
        return value

    def largest_with(self, operation: str) -> str | None:
        """The largest size that this was measured at."""
        for size in reversed(self.sizes):
            if any(operation in cells for cells in self.summary["cells"][size].values()):
                return size
        return None

    def fastest(self, operation: str, names: Sequence[str] | None = None) -> float | None:
        """The best rate of the peers."""
        rates = [self.value(operation, name, "rate") for name in names or self.peers]
        return max((rate for rate in rates if rate is not None), default=None)


@dataclass(frozen=True)
class Outcome:
    """What was reached of one condition."""

    reached: str
    is_met: bool

    def __str__(self) -> str:
        return f"{self.reached} {'✓' if self.is_met else '✗'}"


Judge = Callable[[Sheet], Outcome | None]


@dataclass(frozen=True)
class Goal:
    """A line of the table."""

    title: str
    text: str
    show: Callable[[Sheet, str], str]
    """What a contestant's cell says; nothing where it was not measured."""
    judges: Sequence[Judge]

    def outcomes(self, sheet: Sheet) -> list[Outcome]:
        """Those of the conditions that could be judged."""
        return [outcome for judge in self.judges if (outcome := judge(sheet)) is not None]


def as_number(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def times(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f} ×"
    return f"{value:.1f} ×" if value >= 1 else f"{value:.2f} ×"


def _times(
    operation: str, factor: float, against: Callable[[Sheet], float | None], what: str = ""
) -> Judge:
    """Whether our rate is that many times what it is held against."""

    def judge(sheet: Sheet) -> Outcome | None:
        ours, theirs = sheet.value(operation, "bureau", "rate"), against(sheet)
        if ours is None or not theirs:
            return None
        return Outcome(times(ours / theirs) + what, ours / theirs >= factor)

    return judge


def _best(operation: str, factor: float) -> Judge:
    return _times(operation, factor, lambda sheet: sheet.fastest(operation))


def _at_most(
    operation: str, figure: str, limit: float, shown: Callable[[float], str], at: str = ""
) -> Judge:
    """Whether a figure of ours is small enough."""

    def judge(sheet: Sheet) -> Outcome | None:
        size = sheet.largest_with(at) if at else None
        value = sheet.value(operation, "bureau", figure, size)
        return None if value is None else Outcome(shown(value), value <= limit)

    return judge


def _rate_and_statements(operation: str) -> Callable[[Sheet, str], str]:
    def show(sheet: Sheet, name: str) -> str:
        rate = sheet.value(operation, name, "rate")
        statements = sheet.value(operation, name, "statements")
        if rate is None:
            return ""
        return as_number(rate) + ("" if statements is None else f" · {statements:.0f} sql")

    return show


def _heavy(operation: str) -> Callable[[Sheet, str], str]:
    def show(sheet: Sheet, name: str) -> str:
        size = sheet.largest_with(operation)
        seconds = sheet.value(operation, name, "seconds", size)
        if seconds is None:
            return ""
        memory = sheet.value(operation, name, "memory", size) or 0
        weight = sheet.value(operation, name, "bytes", size) or 0
        return f"{as_bytes(weight)}, {as_seconds(seconds)}, {as_mib(memory)}"

    return show


def as_bytes(value: float) -> str:
    return f"{value / KB**2:.1f} MB" if value >= KB**2 else f"{value / KB:.0f} KB"


def as_seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 1 else f"{1000 * value:.0f} ms"


def as_mib(value: float) -> str:
    return f"{value / 1024:.1f} GiB" if value >= 1024 else f"{value:.0f} MiB"


def as_sql(value: float) -> str:
    return f"{value:.0f} sql"


def _chart(*, cached: bool) -> Judge:
    """Whether our chart, found in the cache or made anew, is that many times as quick as FAB's."""

    def judge(sheet: Sheet) -> Outcome | None:
        theirs = sheet.value("chart", "fab", "seconds")
        ours = sheet.value("chart", "bureau", "seconds")
        rate = sheet.value("chart_cached", "bureau", "rate")
        if theirs is None or ours is None or not rate:
            return None
        # FAB caches nothing, so its one figure is held against both of ours.
        ratio = theirs * rate if cached else theirs / ours
        return Outcome(times(ratio), ratio >= (3000 if cached else 100))

    return judge


def _export(sheet: Sheet) -> Outcome | None:
    size = sheet.largest_with("export")
    ours = sheet.value("export", "bureau", "seconds", size)
    theirs = [sheet.value("export", name, "seconds", size) for name in sheet.peers]
    fastest = min((seconds for seconds in theirs if seconds is not None), default=None)
    if ours is None or fastest is None:
        return None
    return Outcome(times(fastest / ours), fastest / ours >= 3)


def _browser(sheet: Sheet, name: str) -> str:
    found = sheet.summary["browser"].get(name)
    return f"{as_bytes(found['bytes'])}, {found['requests']} requests" if found else ""


def _light(sheet: Sheet) -> Outcome | None:
    found = sheet.summary["browser"].get("bureau")
    if found is None:
        return None
    return Outcome(_browser(sheet, "bureau"), found["bytes"] <= 100 * KB and found["requests"] <= 8)


def _bytes_of_list(sheet: Sheet, name: str) -> str:
    size = sheet.value("list", name, "bytes")
    return as_bytes(size) if size else ""


def _start(sheet: Sheet, name: str) -> str:
    seconds = sheet.value("start", name, "seconds")
    statements = sheet.value("start", name, "statements")
    if seconds is None:
        return ""
    return f"{seconds:.2f} s" + ("" if statements is None else f" · {statements:.0f} sql")


def _plain(operation: str, title: str, factor: float) -> Goal:
    """A goal that is a multiple of the best peer's rate."""
    text = f"≥ {factor:g} × the best" if factor != 1 else "≥ the best"
    return Goal(title, text, _rate_and_statements(operation), [_best(operation, factor)])


GOALS = (
    Goal(
        "list, first page",
        "≥ 10 × the best, ≥ 0.3 × the floor",
        _rate_and_statements("list"),
        [
            _best("list", 10),
            _times("list", 0.3, lambda sheet: sheet.value("list", "floor", "rate"), " floor"),
        ],
    ),
    Goal(
        "list, a page in the middle",
        "≥ 16 × the best, ≥ 0.9 × our first page",
        _rate_and_statements("deep"),
        [
            _best("deep", 16),
            _times("deep", 0.9, lambda sheet: sheet.value("list", "bureau", "rate"), " first"),
        ],
    ),
    Goal(
        "list, the page behind it",
        "≥ 0.9 × our first page",
        _rate_and_statements("next"),
        [_times("next", 0.9, lambda sheet: sheet.value("list", "bureau", "rate"), " first")],
    ),
    _plain("filter", "filter by status, sort by date", 4),
    _plain("search", "search, substring", 12),
    _plain("show", "record page", 1),
    _plain("edit_form", "edit form", 2),
    _plain("edit", "edit, saved", 1.5),
    _plain("create", "create", 1.5),
    Goal(
        "form whose FK has all rows",
        "≤ 25 KB, ≤ 12 ms",
        _heavy("big_form"),
        [
            _at_most("big_form", "bytes", 25 * KB, as_bytes),
            _at_most("big_form", "seconds", 0.012, as_seconds),
        ],
    ),
    Goal(
        "REST list of 25",
        "≥ 12 × FAB",
        _rate_and_statements("rest"),
        [_times("rest", 12, lambda sheet: sheet.value("rest", "fab", "rate"))],
    ),
    Goal(
        "chart by status",
        "≥ 100 × FAB, no memory",
        _heavy("chart"),
        [_chart(cached=False), _at_most("chart", "memory", 5, as_mib)],
    ),
    Goal(
        "chart by status, cached",
        "≥ 3,000 × FAB",
        _rate_and_statements("chart_cached"),
        [_chart(cached=True)],
    ),
    Goal(
        "export CSV, at most 100k rows",
        "3 × the fastest, ≤ 30 MiB over idle",
        _heavy("export"),
        [_export, _at_most("export", "memory", 30, as_mib, at="export")],
    ),
    Goal(
        "anonymous → login",
        "≥ the best under WSGI, 0 sql",
        _rate_and_statements("anonymous"),
        [
            _times("anonymous", 1, lambda sheet: sheet.fastest("anonymous", sheet.under_wsgi)),
            _at_most("anonymous", "statements", 0, as_sql),
        ],
    ),
    Goal(
        "HTML of the list",
        "≤ 25 KB",
        _bytes_of_list,
        [_at_most("list", "bytes", 25 * KB, as_bytes)],
    ),
    Goal("cold list page in a browser", "≤ 100 KB, ≤ 8 requests", _browser, [_light]),
    Goal(
        "start to first page",
        "≤ 1 s, 0 sql",
        _start,
        [_at_most("start", "seconds", 1, as_seconds), _at_most("start", "statements", 0, as_sql)],
    ),
)
