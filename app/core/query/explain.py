"""What PostgreSQL's planner expects of a statement, asked without running it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler


@dataclass(frozen=True)
class Plan:
    """How many rows the planner expects, and what it thinks finding all of them costs."""

    rows: int
    cost: float


class Explain(Executable, sa.ClauseElement):
    """`EXPLAIN` of a statement, with its own parameters."""

    inherit_cache = False

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement


@compiles(Explain, "postgresql")
def _write(element: Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"


def plan_of(connection: Connection, statement: sa.Select[Any]) -> Plan | None:
    """The plan of a statement on PostgreSQL; None where the database tells nothing of the kind."""
    if connection.dialect.name != "postgresql":
        return None
    found = connection.execute(Explain(statement)).scalar_one()
    top = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return Plan(int(top["Plan Rows"]), float(top["Total Cost"]))
