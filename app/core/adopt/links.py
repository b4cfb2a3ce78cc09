"""Tells association tables, and whether a form could hold what they associate."""

from __future__ import annotations

import dataclasses

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.core.adopt.keys import table_clause
from app.core.adopt.schema import Kind, Table

MAX_PARTNERS = 100
"""How many partners of one row a form still lists; beyond it the pairs are rows of their own."""


def is_association(table: Table) -> bool:
    """Whether the table says nothing but which row of one table belongs to which of another."""
    if table.kind is not Kind.TABLE or len(table.references) != 2 or table.read_only:
        return False
    first, second = (set(reference.columns) for reference in table.references)
    named = {column.name for column in table.columns if column.name != "rowid"}
    if first & second or first | second != named:
        return False
    return table.is_unique((*first, *second))


def with_crowd(connection: Connection, table: Table) -> Table:
    """Mark an association in which some row has more partners than a form can hold."""
    if not is_association(table):
        return table
    crowded = any(
        _has_crowd(connection, table, reference.columns) for reference in table.references
    )
    return dataclasses.replace(table, crowded=crowded)


def _has_crowd(connection: Connection, table: Table, columns: tuple[str, ...]) -> bool:
    clause = table_clause(table)
    statement = (
        sa.select(sa.literal(1))
        .select_from(clause)
        .group_by(*(clause.c[name] for name in columns))
        .having(sa.func.count() > MAX_PARTNERS)
        .limit(1)
    )
    try:
        with connection.begin_nested():
            return connection.scalar(statement) is not None
    except SQLAlchemyError:
        # Too large to be counted in time is too large for a form.
        return True
