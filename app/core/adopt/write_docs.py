"""Writes docs/features/<name>.md: what was mapped, and what the report said of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.core.adopt.plan import Model, Plan
from app.core.labels import humanise


def write_docs(plan: Plan) -> str:
    """The text of the feature's page."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# {humanise(plan.name)}"
    yield ""
    yield f"The tables of the database `{plan.name}`, [adopted](../adopt.md): Bureau edits their"
    yield "rows and never their schema. Its URL is kept in `instance/databases.json`;"
    yield f"`{plan.name.upper()}_DATABASE_URL` in the environment overrides it."
    yield ""
    yield "## Models"
    yield ""
    yield "| model | table | columns | rows can be |"
    yield "|---|---|---|---|"
    yield from (_row(model) for model in plan.models)
    for association in plan.associations:
        table = _code(association.table.title)
        yield f"| – | {table} | 2 | linked, from the records of either side |"
    yield from _section("Handled in a special way", plan.notes.handled)
    yield from _section("Left out", plan.notes.left_out)


def _row(model: Model) -> str:
    verbs = "read" if model.table.read_only else "read and changed"
    return f"| `{model.name}` | {_code(model.table.title)} | {len(model.attributes)} | {verbs} |"


def _section(title: str, notes: Sequence[tuple[str, str]]) -> Iterator[str]:
    if notes:
        yield from ("", f"## {title}", "")
        yield from (f"- {_code(subject)}: {text}" for subject, text in notes)


def _code(name: str) -> str:
    """A name as code; a bar would end the cell of a table, and a backquote the code."""
    return f"`{name.replace('|', '¦').replace('`', chr(39))}`"
