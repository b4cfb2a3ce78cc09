"""What the numbers of a chart depend on: which rows this reader sees of which tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.util import find_tables

from app.core.fields import Field
from app.core.query.fingerprint import CHANGING
from app.core.query.gate import Gate, gates
from app.core.query.state import ListState


@dataclass(frozen=True)
class Basis:
    """The rows that a chart is made of."""

    tables: frozenset[sa.Table]
    """Every table that the answer depends on, those of row rules included."""
    text: str
    """The conditions that the rows meet, with their values; the same text means the same rows."""
    is_steady: bool
    """Whether the answer depends on nothing but these tables and values, and not on the time."""
    has_rules: bool
    """Whether a row rule keeps rows from this reader."""


def basis_of(gate: Gate, state: ListState, shown: Iterable[Field], dialect: sa.Dialect) -> Basis:
    """Find out what a chart over a list in this state depends on, without making its statement.

    `shown` are the fields of its groups, series and measures. A rule of another model counts as
    soon as one of its tables takes part, because the gate keeps hidden rows out of every relation.
    """
    fields = list(shown)
    computed = [field.attribute.expression for field in fields if field.is_expression]
    clause = gate.filtered(state).whereclause
    clauses: list[ColumnElement[Any]] = [] if clause is None else [clause]
    tables = _tables_of(gate.model, *(field.target for field in fields if field.target))
    tables.update(table for field in fields if (table := _link_of(field)) is not None)
    tables.update(table for clause in (*clauses, *computed) for table in _tables_in(clause))
    waiting = {other for other in gates().values() if other.hides_rows and other is not gate}
    rules = gate.rules_for("read")
    while found := {other for other in waiting if tables & _tables_of(other.model)}:
        waiting -= found
        for other in sorted(found, key=lambda other: other.model.__name__):
            clauses.append(other.condition())
            rules += other.rules_for("read")
            tables |= _tables_in(clauses[-1])
    written = [clause.compile(dialect=dialect) for clause in clauses]
    text = " ".join(f"{compiled} {sorted(compiled.params.items())}" for compiled in written)
    is_steady = not any(CHANGING.search(str(compiled)) for compiled in written)
    return Basis(frozenset(tables), text, is_steady, bool(rules))


def _tables_of(*models: type) -> set[sa.Table]:
    mappers: list[Mapper[Any]] = [sa.inspect(model) for model in models]
    return {table for mapper in mappers for table in mapper.tables if isinstance(table, sa.Table)}


def _link_of(field: Field) -> sa.Table | None:
    """The table between two models, which changes while neither of them does."""
    if not field.is_many:
        return None
    found: Any = sa.inspect(field.model).relationships[field.name].secondary
    return found if isinstance(found, sa.Table) else None


def _tables_in(clause: ColumnElement[Any]) -> set[sa.Table]:
    find: Callable[..., list[Any]] = find_tables
    found = find(clause, check_columns=True, include_selects=True, include_joins=True)
    # A rule that asks for hidden parents names their table by an alias.
    named = {table.element if isinstance(table, sa.Alias) else table for table in found}
    return {table for table in named if isinstance(table, sa.Table)}
