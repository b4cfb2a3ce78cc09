"""Finds a key for what has no primary key, so that its rows can be opened one by one."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import TypeEngine

from app.core.adopt.naming import KEY_ENDINGS, singular, snake
from app.core.adopt.schema import Column, Kind, Notes, Table

ROWID = "rowid"
MAX_SINGLES = 6
MAX_PAIRED = 4
# The types of values that keys are made of, the likelier ones first.
COUNTED: tuple[type[TypeEngine[Any]], ...] = (sa.Integer, sa.Uuid, sa.Date)
WRITTEN: tuple[type[TypeEngine[Any]], ...] = (sa.String,)


def with_key(connection: Connection, table: Table, notes: Notes) -> Table | None:
    """The table with a key; None, and a line in the report, where no key is to be found."""
    if table.key:
        return table
    if connection.dialect.name == "sqlite" and table.kind is Kind.TABLE:
        return _with_rowid(table, notes)
    if key := _declared_key(table):
        notes.handle(
            table.title,
            f"has no primary key; read only, by its unique {_written(key)}",
        )
        return dataclasses.replace(table, key=key, read_only=True)
    for key in _candidates(table):
        if rows := _count_if_unique(connection, table, key):
            notes.handle(
                table.title,
                f"{_article(table.kind)} without a key; read only, by {_written(key)},"
                f" which differs in all {rows:,} rows today",
            )
            return dataclasses.replace(table, key=key, read_only=True)
    notes.leave_out(table.title, f"{_article(table.kind)} without a key that tells rows apart")
    return None


def table_clause(table: Table) -> sa.TableClause:
    """The table as SQLAlchemy writes it in a statement of adoption itself."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(column.name) for column in table.columns]
    return sa.table(table.name, *columns, schema=table.schema)


def _with_rowid(table: Table, notes: Notes) -> Table | None:
    """SQLite numbers the rows of such a table itself, in a hidden column."""
    if any(column.name.lower() == ROWID for column in table.columns):
        notes.leave_out(table.title, "no primary key, and a column of its own called rowid")
        return None
    notes.handle(table.title, "has no primary key; SQLite's own row number serves as one")
    rowid = Column(ROWID, sa.Integer(), "INTEGER", nullable=False, counts_up=True)
    return dataclasses.replace(table, columns=(rowid, *table.columns), key=(ROWID,))


def _declared_key(table: Table) -> tuple[str, ...]:
    """The shortest unique constraint or index whose columns are never empty."""
    for unique in table.uniques:
        if table.kind is not Kind.TABLE or not any(table.column(name).nullable for name in unique):
            return unique
    return ()


def _candidates(table: Table) -> Iterator[tuple[str, ...]]:
    """Columns and pairs of columns that may tell rows apart, the likeliest first."""
    own = {"id", f"{singular(snake(table.name))}_id", f"{snake(table.name)}_id"}
    named = [column.name for column in table.columns if snake(column.name) in own]
    numbers = [column for column in table.columns if isinstance(column.type, COUNTED)]
    texts = [column for column in table.columns if isinstance(column.type, WRITTEN)]
    keys = [c.name for c in (*numbers, *texts) if snake(c.name).endswith(KEY_ENDINGS)]
    likely = list(dict.fromkeys([*named, *keys, *(column.name for column in numbers)]))
    yield from ((name,) for name in likely[:MAX_SINGLES])
    yield from itertools.combinations(likely[:MAX_PAIRED], 2)
    yield from ((column.name,) for column in texts[:MAX_SINGLES] if column.name not in likely)


def _count_if_unique(connection: Connection, table: Table, key: tuple[str, ...]) -> int:
    """The number of rows where no two have the same key and none lacks it; else 0."""
    clause = table_clause(table)
    columns: list[sa.ColumnElement[Any]] = [clause.c[name] for name in key]
    filled: sa.Select[Any] = (
        sa.select(*columns).where(*(column.is_not(None) for column in columns)).distinct()
    )
    try:
        with connection.begin_nested():
            rows = connection.scalar(sa.select(sa.func.count()).select_from(clause)) or 0
            distinct = connection.scalar(sa.select(sa.func.count()).select_from(filled.subquery()))
    except SQLAlchemyError:
        return 0
    return rows if rows == distinct else 0


def _written(key: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in key)


def _article(kind: Kind) -> str:
    return f"a {kind}"
