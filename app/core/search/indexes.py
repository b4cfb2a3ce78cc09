"""Makes, finds and drops the indexes of the search, for the command and for migrations.

A migration names the table and the columns::

    def upgrade():
        create_search_index(op.get_bind(), "crm_contact", ["full_name"])
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.core.search import fts

EXTENSION = "pg_trgm"
MAX_NAME = 63
"""How long a name may be on PostgreSQL."""


class IndexRefused(Exception):
    """The index cannot be made; the message says why, and what to do."""


class KeyRefused(IndexRefused):
    """The index cannot be made on this table, whatever anybody does."""


def create_search_index(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    *,
    languages: Mapping[str, str] | None = None,
    concurrently: bool = False,
) -> None:
    """Make the index by which these columns are searched, and nothing that is there already.

    `languages` says in which columns PostgreSQL searches for words of a language.
    With `concurrently` PostgreSQL lets others write meanwhile; the connection must then commit by
    itself. Raises `IndexRefused`.
    """
    if connection.dialect.name == "sqlite":
        _create_fts(connection, table, columns)
    elif connection.dialect.name == "postgresql":
        how = "CONCURRENTLY" if concurrently else ""
        _create_gin(connection, table, columns, languages or {}, how)


def drop_search_index(
    connection: Connection, table: str, columns: Sequence[str], *, concurrently: bool = False
) -> None:
    """Remove the index by which these columns are searched, as far as it is there."""
    if connection.dialect.name == "sqlite":
        for statement in fts.drop_statements(table):
            connection.exec_driver_sql(statement)
    elif connection.dialect.name == "postgresql":
        how = "CONCURRENTLY " if concurrently else ""
        for column in columns:
            name = fts.quoted(gin_name(table, column))
            connection.exec_driver_sql(f"DROP INDEX {how}IF EXISTS {name}")


def missing_columns(connection: Connection, table: str, columns: Sequence[str]) -> list[str]:
    """Those of these columns that no index of the search has, or only a broken one.

    Raises `KeyRefused` where none can be made.
    """
    if connection.dialect.name == "sqlite":
        indexed = fts.indexed_columns(connection, table)
        missing = [column for column in columns if column not in indexed]
        return missing if missing and _whole_key(connection, table) else []
    if connection.dialect.name == "postgresql":
        valid = sa.text(
            "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = to_regclass(:table) AND i.indisvalid"
        )
        found = set(connection.execute(valid, {"table": fts.quoted(table)}).scalars())
        return [column for column in columns if gin_name(table, column) not in found]
    return []


def gin_name(table: str, column: str) -> str:
    """What the index on a column is called; migrations leave indexes of this name alone."""
    name = f"ix_{table}_{column}_trgm"
    if len(name) <= MAX_NAME:
        return name
    digest = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
    return f"{name[: MAX_NAME - 14]}_{digest}_trgm"


def _create_fts(connection: Connection, table: str, columns: Sequence[str]) -> None:
    if not missing_columns(connection, table, columns):
        return
    statements = fts.create_statements(table, _whole_key(connection, table), columns)
    for statement in (*fts.drop_statements(table), *statements):
        connection.exec_driver_sql(statement)


def _whole_key(connection: Connection, table: str) -> str:
    """The column by which SQLite's index names the rows of a table."""
    found = sa.inspect(connection)
    keys = found.get_pk_constraint(table)["constrained_columns"]
    types = {str(column["name"]): column["type"] for column in found.get_columns(table)}
    if len(keys) != 1 or not isinstance(types[keys[0]], sa.Integer):
        raise KeyRefused(f"{table}: the key is no whole number, which SQLite's index needs.")
    return str(keys[0])


def _create_gin(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    languages: Mapping[str, str],
    how: str,
) -> None:
    for column in missing_columns(connection, table, columns):
        # One that was interrupted is there under its name, and of no use.
        drop_search_index(connection, table, [column], concurrently=bool(how))
        name, what = fts.quoted(gin_name(table, column)), fts.quoted(column)
        if column in languages:
            indexed = f"to_tsvector('{languages[column]}'::regconfig, {what})"
        else:
            schema = fts.quoted(_schema_of_extension(connection))
            indexed = f"{what} {schema}.gin_trgm_ops"
        connection.exec_driver_sql(
            f"CREATE INDEX {how} {name} ON {fts.quoted(table)} USING gin ({indexed})"
        )


def _schema_of_extension(connection: Connection) -> str:
    """Where the extension is, which may not be on the search path; it is added where it is not."""
    asking = sa.text(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = :name"
    ).bindparams(name=EXTENSION)
    found = connection.execute(asking).scalar()
    if found is None:
        try:
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
        except DBAPIError as error:
            raise IndexRefused(
                f"PostgreSQL lacks the extension {EXTENSION}, and this account may not add it."
                f" Let an administrator run: CREATE EXTENSION {EXTENSION};"
            ) from error
        found = connection.execute(asking).scalar_one()
    return str(found)
