"""What an adoption prints: what was mapped, and a line for all that was special."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from app.core.adopt.plan import Plan


def report(plan: Plan, written: Iterable[Path]) -> str:
    """The whole report, for the terminal."""
    return "\n".join(_lines(plan, list(written)))


def _lines(plan: Plan, written: Sequence[Path]) -> Iterator[str]:
    yield f"Adopted {plan.name}: {_count(len(plan.models), 'table')} as models with views."
    width = max(len(model.table.title) for model in plan.models)
    for model in plan.models:
        columns = _count(len(model.attributes), "column")
        yield f"  {model.table.title:<{width}}  {model.name}, {columns}"
    yield from _section("Handled in a special way:", plan.notes.handled)
    yield from _section("Left out:", plan.notes.left_out)
    yield "Written:"
    yield from (f"  {path}" for path in written)
    variable = f"{plan.name.upper()}_DATABASE_URL"
    yield f"The URL is kept in the instance folder; {variable} in the environment overrides it."
    yield "Restart Bureau with `make run`, or run `flask --app run fab create-permissions`."


def _section(title: str, notes: Sequence[tuple[str, str]]) -> Iterator[str]:
    if notes:
        yield title
        yield from (f"  {subject}: {text}" for subject, text in notes)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
