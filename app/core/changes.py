"""Notices which tables a transaction changes and says so, once, after it is committed.

Statements are watched where they reach the database, so a flush, a statement on many rows, the
table between two models and SQL written by hand all count. Only transactions of a session are
followed: nothing in Bureau writes outside one.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.sql.dml import UpdateBase

from app.core.signals import Changes, rows_changed

EVERYTHING = "*"
"""Stands for all tables, where a statement does not tell which of them it changed."""

_KEY = "bureau_changes"
_watched: dict[str, frozenset[str]] = {}
"""The columns whose values are noted, by table."""
_WRITING_TEXT = re.compile(
    r"\s*(alter|copy|create|delete|drop|insert|merge|replace|truncate|update|with)\b", re.IGNORECASE
)


class OpenTransaction:
    """What a transaction that is not yet committed has changed so far."""

    def __init__(self) -> None:
        self.began_ns = time.time_ns()
        self.tables: set[str] = set()
        self.tables_changed_by_statement: set[str] = set()
        self.keys: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
        self.values: defaultdict[str, set[object]] = defaultdict(set)
        self.is_flushing = False
        self._connections: list[Connection] = []

    def follow(self, connection: Connection) -> None:
        """Note the statements that reach the database on this connection."""
        self._connections.append(connection)
        connection.execution_options(**{_KEY: self})

    def follow_again(self) -> None:
        """Take back the connections from another session that was lent them, as tests do."""
        for connection in self._connections:
            if connection.get_execution_options().get(_KEY) is not self:
                connection.execution_options(**{_KEY: self})

    def has_changed(self, tags: frozenset[str]) -> bool:
        """Whether a change to one of these tables waits for the commit."""
        if not self.tables:
            return False
        # Of single rows the name of the table with a # behind it is among the tags.
        names = {tag.removesuffix("#") for tag in tags}
        return EVERYTHING in self.tables or not self.tables.isdisjoint(names)

    def changes(self) -> Changes:
        """The sum of it, for the signal."""
        unknown = self.tables_changed_by_statement
        known = self.keys.keys() - unknown
        return Changes(
            frozenset(self.tables),
            {tag: frozenset(self.keys[tag]) for tag in known},
            {name: frozenset(values) for name, values in self.values.items()},
            frozenset(unknown & self.tables),
        )


def tag_of(table: sa.FromClause) -> str:
    """The name a table goes by here; two databases may have tables of the same name."""
    if not isinstance(table, sa.Table):
        return EVERYTHING
    bind = table.metadata.info.get("bind_key")
    return f"{bind}:{table.fullname}" if bind else table.fullname


def watch(attribute: Any) -> str:
    """Note from now on which values a column has in the rows that change; gives its name here.

    Call it while the application is made, so that every process notes the same.
    """
    (column,) = attribute.property.columns
    tag = tag_of(column.table)
    _watched[tag] = _watched.get(tag, frozenset()) | {attribute.key}
    return f"{tag}.{attribute.key}"


def open_transaction(session: Session) -> OpenTransaction | None:
    """The transaction that the session is in, if any."""
    return session.info.get(_KEY)


@event.listens_for(Session, "after_begin")
def _follow(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    session.info.setdefault(_KEY, OpenTransaction()).follow(connection)


@event.listens_for(Session, "before_flush")
def _follow_again(session: Session, _context: Any, _instances: Any) -> None:
    record = session.info.setdefault(_KEY, OpenTransaction())
    record.follow_again()
    record.is_flushing = True


@event.listens_for(Engine, "after_cursor_execute")
def _note_statement(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any
) -> None:
    record: OpenTransaction | None = connection.get_execution_options().get(_KEY)
    if record is None:
        return
    written = context.compiled.statement if context.compiled else None
    if isinstance(written, UpdateBase):
        tag = tag_of(context.compiled.compile_state.dml_table)
        record.tables.add(tag)
        if not record.is_flushing:
            record.tables_changed_by_statement.add(tag)
    elif not isinstance(written, sa.SelectBase) and _WRITING_TEXT.match(statement):
        record.tables.add(EVERYTHING)


@event.listens_for(Session, "do_orm_execute")
def _note_statement_on_many_rows(state: ORMExecuteState) -> None:
    if isinstance(state.statement, UpdateBase):
        record = state.session.info.setdefault(_KEY, OpenTransaction())
        record.follow_again()
        record.tables_changed_by_statement.add(tag_of(state.statement.table))


@event.listens_for(Session, "after_flush")
def _note_keys(session: Session, _context: Any) -> None:
    record = session.info.setdefault(_KEY, OpenTransaction())
    record.is_flushing = False
    for row in (*session.new, *session.dirty, *session.deleted):
        mapper = sa.inspect(type(row))
        key = tuple(mapper.primary_key_from_instance(row))
        for table in mapper.tables:
            record.keys[tag_of(table)].add(key)
            _note_values(record, row, tag_of(table))


def _note_values(record: OpenTransaction, row: Any, tag: str) -> None:
    """Note the watched columns of a row; one that leaves a parent for another changes both."""
    for name in _watched.get(tag, ()):
        history = sa.inspect(row).attrs[name].history
        found = (*history.non_deleted(), *(history.deleted or ()))
        if not found:
            # The column was not loaded, so it may have any value.
            record.tables_changed_by_statement.add(tag)
        record.values[f"{tag}.{name}"].update(found)


@event.listens_for(Session, "after_commit")
def _announce(session: Session) -> None:
    if session.in_nested_transaction():
        return
    record = session.info.pop(_KEY, None)
    if record is not None and record.tables:
        rows_changed.send(type(session), changes=record.changes())


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_KEY, None)
