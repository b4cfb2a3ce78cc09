"""The index of SQLite's full-text search: a table of its own beside the one that is searched.

It is made of triples of letters, so it finds any part of a word. Three triggers keep it in step
with the table, inside the transaction that changes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.sql import ColumnElement

from app.core.cache import cached, drop

SHORTEST = 3
"""Of fewer letters no triple can be made."""
KEPT_SECONDS = 300
_TAG = "search-index"
_EVENTS = ("insert", "delete", "update")
# Whoever rebuilds a table loses its triggers, and with them the index falls behind.
_INDEXED = sa.text(
    "SELECT name FROM pragma_table_info(:index) WHERE 3 ="
    " (SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    " AND name IN (:insert, :delete, :update))"
)


@dataclass(frozen=True)
class Fts:
    """The index on the table of a model, for the columns that it has."""

    key: Any
    """The column that holds the key of the table's rows."""
    columns: frozenset[str]
    """The columns that can be searched by it; none where there is no index."""

    def can_find(self, columns: Collection[str], word: str) -> bool:
        """Whether the index has all these columns, and can find a word like this."""
        return bool(columns) and len(word) >= SHORTEST and self.columns.issuperset(columns)

    def holds(self, columns: Collection[str], word: str) -> ColumnElement[bool]:
        """The condition that one of these columns holds `word`."""
        index = index_name(self.key.table.name)
        table = sa.table(index, sa.column("rowid"), sa.column(index))
        names = " ".join(quoted(name) for name in columns)
        matches = table.c[index].op("MATCH")(f"{{{names}}} : {quoted(word)}")
        found: ColumnElement[bool] = self.key.in_(sa.select(table.c.rowid).where(matches))
        return found


def fts_of(session: Session, model: type) -> Fts | None:
    """The index on the table of a model; None where its database has none of this kind."""
    mapper: Mapper[Any] = sa.inspect(model)
    keys = mapper.primary_key
    if session.get_bind(mapper=mapper).dialect.name != "sqlite" or len(keys) != 1:
        return None

    def look() -> frozenset[str]:
        connection = session.connection(bind_arguments={"mapper": mapper})
        return indexed_columns(connection, keys[0].table.name)

    name = index_name(keys[0].table.name)
    return Fts(keys[0], cached(f"fts:{name}", (_TAG,), look, KEPT_SECONDS))


def indexed_columns(connection: Connection, table: str) -> frozenset[str]:
    """The columns of a table that can be searched by its index, as it is now."""
    triggers = {event: trigger_name(table, event) for event in _EVENTS}
    given = {"index": index_name(table), "table": table, **triggers}
    return frozenset(connection.execute(_INDEXED, given).scalars())


def forget_indexes() -> None:
    """Look anew which indexes there are, in every process."""
    drop(_TAG)


def index_name(table: str) -> str:
    """What the index on a table is called; migrations leave tables of this name alone."""
    return f"{table}_fts"


def trigger_name(table: str, event: str) -> str:
    """What the trigger is called that keeps the index in step when this happens to a row."""
    return f"{table}_fts_{event}"


def create_statements(table: str, key: str, columns: Sequence[str]) -> list[str]:
    """Make the index on these columns, its triggers, and fill it."""
    index, source, row = (quoted(name) for name in (index_name(table), table, key))
    names = ", ".join(quoted(name) for name in columns)
    new, old = (", ".join(f"{r}.{quoted(name)}" for name in columns) for r in ("new", "old"))
    into = f"INSERT INTO {index}"
    add = f"{into} (rowid, {names}) VALUES (new.{row}, {new});"
    remove = f"{into} ({index}, rowid, {names}) VALUES ('delete', old.{row}, {old});"
    options = f"content={_text(table)}, content_rowid={_text(key)}, tokenize='trigram'"
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5 ({names}, {options})",
        _trigger(table, "insert", f"AFTER INSERT ON {source}", add),
        _trigger(table, "delete", f"AFTER DELETE ON {source}", remove),
        _trigger(table, "update", f"AFTER UPDATE OF {row}, {names} ON {source}", remove + add),
        f"{into} ({index}) VALUES ('rebuild')",
    ]


def drop_statements(table: str) -> list[str]:
    """Remove the index and its triggers, as far as they are there."""
    triggers = (quoted(trigger_name(table, event)) for event in _EVENTS)
    return [
        *(f"DROP TRIGGER IF EXISTS {name}" for name in triggers),
        f"DROP TABLE IF EXISTS {quoted(index_name(table))}",
    ]


def quoted(name: str) -> str:
    """A name, or a word to look for, as SQL and FTS5 write it."""
    return '"' + name.replace('"', '""') + '"'


def _trigger(table: str, event: str, when: str, body: str) -> str:
    return f"CREATE TRIGGER {quoted(trigger_name(table, event))} {when} BEGIN {body} END"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
