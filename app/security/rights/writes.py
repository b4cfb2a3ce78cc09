"""What a statement is about to write: the rows as they are, and as they will be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BindParameter, Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.dml import Delete, Insert, Update, UpdateBase
from sqlalchemy.sql.visitors import iterate

Row = Mapping[str, Any]


class Unreadable(Exception):
    """A statement that does not tell, before it has run, which rows it writes."""


@dataclass(frozen=True)
class Write:
    """One statement on one table."""

    table: sa.Table
    before: Sequence[Row] = ()
    """The rows that it changes or deletes, as they are now."""
    after: Sequence[Row] = ()
    """The rows that it adds, or what it sets in those that it changes."""
    columns: frozenset[str] = field(default_factory=frozenset)
    """The columns that it sets."""

    @property
    def rows(self) -> list[Row]:
        """The rows as they are and as they will be."""
        return [*self.before, *self.after]


def table_of(context: Any) -> sa.Table | None:
    """The table that a compiled statement writes to, if it writes."""
    written = context.compiled.statement if context.compiled else None
    if not isinstance(written, UpdateBase):
        return None
    table = context.compiled.compile_state.dml_table
    return table if isinstance(table, sa.Table) else None


def read_write(connection: Connection, context: Any, table: sa.Table) -> Write:
    """Ask what the statement will write; raises `Unreadable` where that cannot be told."""
    # The statement that was compiled may be an older one of the same shape, with other values.
    statement = context.invoked_statement
    sets: list[Row] = context.compiled_parameters
    if isinstance(statement, Insert):
        return Write(table, after=_added(statement, sets))
    if isinstance(statement, Delete):
        return Write(table, before=list(_affected(connection, statement, table, sets)))
    if not isinstance(statement, Update):
        raise Unreadable
    given = _values(statement)
    after = [{**values, **_plain(given, values)} for values in sets]
    before = list(_affected(connection, statement, table, sets))
    return Write(table, before, after, columns_set(context, table))


def columns_set(context: Any, table: sa.Table) -> frozenset[str]:
    """The names of the columns that an UPDATE gives another value; none for other statements.

    One that sets a column to itself only locks the row.
    """
    statement = context.invoked_statement
    if not isinstance(statement, Update):
        return frozenset()
    values = _values(statement)
    sent = (set(context.compiled.column_keys or ()) & set(table.c.keys())) - values.keys()
    given = {name for name, value in values.items() if not _is_itself(value, name, table)}
    return frozenset(given | sent)


def _is_itself(value: Any, name: str, table: sa.Table) -> bool:
    """Whether a value is the column that it is given to."""
    return isinstance(value, sa.Column) and value.name == name and value.table is table


def _added(statement: Insert, sets: Sequence[Row]) -> Sequence[Row]:
    if statement.select is not None or statement._multi_values:
        raise Unreadable
    given = _values(statement)
    return [{**values, **_plain(given, values)} for values in sets]


def _values(statement: Any) -> dict[str, Any]:
    """The values that stand in the statement itself, by the names of their columns."""
    if getattr(statement, "_ordered_values", None):
        raise Unreadable
    found: Mapping[Any, Any] = statement._values or {}
    return {str(getattr(column, "key", column)): value for column, value in found.items()}


def _plain(given: Mapping[str, Any], sent: Row) -> dict[str, Any]:
    """These values; an expression is one that nobody knows yet."""
    return {
        name: _value_of(value, sent) if isinstance(value, BindParameter) else value
        for name, value in given.items()
    }


def _value_of(value: BindParameter[Any], sent: Row) -> Any:
    return value.value if value.unique else sent.get(value.key, value.value)


def _affected(
    connection: Connection, statement: Any, table: sa.Table, sets: Sequence[Row]
) -> Iterator[Row]:
    """Select the rows that the statement's own condition finds."""
    if getattr(statement, "_extra_froms", None):
        raise Unreadable
    where = statement.whereclause
    chosen = sa.select(*table.c)
    if where is not None:
        chosen = chosen.where(where)
    # What a flush sends along has a name; a value written into the condition comes with it.
    names = {
        part.key
        for part in (iterate(where) if where is not None else ())
        if isinstance(part, BindParameter) and not part.unique
    }
    for values in sets or [{}]:
        given = {name: values[name] for name in names if name in values}
        try:
            for row in connection.execute(chosen, given):
                yield dict(row._mapping)
        except SQLAlchemyError as error:
            raise Unreadable from error
