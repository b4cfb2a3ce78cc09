"""Reads the schema of a database into the records of `schema`, without writing anything."""

from __future__ import annotations

import dataclasses
import unicodedata
import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Inspector
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from app.core.adopt import keys, links, postgresql, sqlite
from app.core.adopt.errors import AdoptError
from app.core.adopt.schema import Column, Notes, Reference, Table
from app.core.adopt.source import reason

BOOKKEEPING = frozenset({"alembic_version", "django_migrations", "schema_migrations"})
"""Tables in which migration tools keep their place; nobody should edit those by hand."""


def read_tables(connection: Connection, schemas: Sequence[str], notes: Notes) -> list[Table]:
    """All tables and views of the schemas that can be mapped; `notes` says what was not."""
    with warnings.catch_warnings():
        # SQLAlchemy warns of types and indexes it does not know; the report says it better.
        warnings.simplefilter("ignore", SAWarning)
        inspector = sa.inspect(connection)
        found: list[Table] = []
        for schema in _wanted_schemas(inspector, schemas, notes):
            found += _read_schema(connection, inspector, schema, notes)
    if not found and not notes.left_out:
        raise AdoptError("There is no table to adopt.")
    ordered = sorted(found, key=lambda table: (table.schema or "", table.name))
    named = _with_schema(ordered, str(inspector.default_schema_name))
    tables = [_complete(connection, table, notes) for table in named]
    return [table for table in tables if table is not None]


def _with_schema(tables: Sequence[Table], default: str) -> list[Table]:
    """Name the default schema too, for tables that have a namesake in another schema.

    SQLAlchemy gives one of two namesakes another name, and forgets it in correlated subqueries.
    """
    elsewhere = {table.name for table in tables if table.schema}

    def schema_of(schema: str | None, name: str) -> str | None:
        return default if schema is None and name in elsewhere else schema

    return [
        dataclasses.replace(
            table,
            schema=schema_of(table.schema, table.name),
            references=tuple(
                dataclasses.replace(item, schema=schema_of(item.schema, item.table))
                for item in table.references
            ),
        )
        for table in tables
    ]


def _wanted_schemas(inspector: Inspector, wanted: Sequence[str], notes: Notes) -> list[str | None]:
    """The schemas to read; None is the default one, whose name stays out of the code."""
    default = inspector.default_schema_name
    names = inspector.get_schema_names()
    if unknown := [name for name in wanted if name not in names]:
        raise AdoptError(f"There is no schema {', '.join(unknown)}; there are: {', '.join(names)}.")
    if not wanted:
        for name in names:
            if name not in (default, "information_schema") and not name.startswith("pg_"):
                notes.leave_out(f"schema {name}", f"not asked for; add it with --schema {name}")
        return [None]
    return [None if name == default else name for name in dict.fromkeys(wanted)]


def _read_schema(
    connection: Connection, inspector: Inspector, schema: str | None, notes: Notes
) -> list[Table]:
    if connection.dialect.name == "sqlite":
        listed = sqlite.list_relations(connection, notes)
    else:
        listed = postgresql.list_relations(
            connection, schema or str(inspector.default_schema_name), notes
        )
    for name in BOOKKEEPING & set(listed):
        del listed[name]
        notes.leave_out(name, "bookkeeping of a migration tool")
    if connection.dialect.name != "sqlite":
        return _read_relations(inspector, schema, listed)
    tables: list[Table] = []
    for name, relation in listed.items():
        try:
            tables += _read_relations(inspector, schema, {name: relation})
        except SQLAlchemyError as error:
            # SQLite keeps views whose tables are gone; the first look at one fails.
            notes.leave_out(name, f"it cannot be read: {reason(error)}")
    return tables


def _read_relations(
    inspector: Inspector, schema: str | None, listed: Mapping[str, Table]
) -> list[Table]:
    """Fill the listed tables in, with one statement for each kind of fact."""
    if not listed:
        return []
    facts = _Facts(inspector, schema, list(listed))
    return [
        dataclasses.replace(
            table,
            schema=schema,
            columns=tuple(_column(column, table) for column in facts.columns(name)),
            key=facts.key(name),
            uniques=facts.uniques(name),
            references=facts.references(name),
            checks=facts.checks(name),
            comment=facts.comment(name),
        )
        for name, table in listed.items()
    ]


class _Facts:
    """What the inspector says of some tables of one schema."""

    def __init__(self, inspector: Inspector, schema: str | None, names: Collection[str]) -> None:
        self._schema = schema
        asked: dict[str, Any] = {
            "schema": schema,
            "filter_names": names,
            "kind": ObjectKind.ANY,
            "scope": ObjectScope.ANY,
        }
        self._columns = inspector.get_multi_columns(**asked)
        self._keys = inspector.get_multi_pk_constraint(**asked)
        self._uniques = inspector.get_multi_unique_constraints(**asked)
        self._indexes = inspector.get_multi_indexes(**asked)
        self._references = inspector.get_multi_foreign_keys(**asked)
        self._checks = inspector.get_multi_check_constraints(**asked)
        self._comments = (
            inspector.get_multi_table_comment(**asked)
            if inspector.dialect.supports_comments
            else {}
        )
        self._default_schema = inspector.default_schema_name

    def columns(self, name: str) -> Sequence[Mapping[str, Any]]:
        return self._columns.get((self._schema, name), [])

    def key(self, name: str) -> tuple[str, ...]:
        found = self._keys.get((self._schema, name))
        return tuple(found["constrained_columns"]) if found else ()

    def uniques(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Unique constraints and indexes, except those that look at a part of the rows only."""
        found = {tuple(item["column_names"]) for item in self._of(self._uniques, name)}
        for index in self._of(self._indexes, name):
            options = index.get("dialect_options", {})
            partial = any(key.endswith("_where") for key in options)
            if index["unique"] and not partial and None not in index["column_names"]:
                found.add(tuple(index["column_names"]))
        return tuple(sorted(found, key=lambda columns: (len(columns), columns)))

    def references(self, name: str) -> tuple[Reference, ...]:
        found = [
            Reference(
                tuple(item["constrained_columns"]),
                None
                if item["referred_schema"] == self._default_schema
                else item["referred_schema"],
                item["referred_table"],
                tuple(item["referred_columns"]),
            )
            for item in self._of(self._references, name)
        ]
        # A database may hold the same foreign key twice; the order must not change from run to run.
        return tuple(sorted(dict.fromkeys(found), key=lambda item: (item.columns, item.table)))

    def checks(self, name: str) -> tuple[str, ...]:
        return tuple(item["sqltext"] for item in self._of(self._checks, name))

    def comment(self, name: str) -> str | None:
        found: Any = self._comments.get((self._schema, name)) or {}
        return found.get("text")

    def _of(self, facts: Mapping[Any, Any], name: str) -> Sequence[Any]:
        return facts.get((self._schema, name)) or []


def _column(found: Mapping[str, Any], table: Table) -> Column:
    """A column as the inspector tells it, with the type's name that the table was listed with."""
    computed = found.get("computed")
    identity = found.get("identity")
    default = found.get("default")
    listed = next((item for item in table.columns if item.name == found["name"]), None)
    return Column(
        name=found["name"],
        type=found["type"],
        database_type=listed.database_type if listed else str(found["type"]),
        base_type=listed.base_type if listed else "",
        nullable=bool(found["nullable"]),
        default="identity" if identity else default,
        computed=computed["sqltext"] if computed else None,
        counts_up=identity is not None or str(default).startswith("nextval("),
        always_generated=bool(identity and identity.get("always")),
        comment=found.get("comment"),
    )


def _complete(connection: Connection, table: Table, notes: Notes) -> Table | None:
    """Look into the rows, for what the schema alone does not tell; None where no key is found."""
    if not table.columns:
        notes.leave_out(table.title, "it has no columns")
        return None
    names = "".join((table.name, *(column.name for column in table.columns)))
    # SQLAlchemy does not quote a name that ends in a line break, and no page can show it.
    if any(unicodedata.category(letter) == "Cc" for letter in names):
        notes.leave_out(repr(table.title), "a name in it has a line break or the like")
        return None
    if connection.dialect.name == "sqlite":
        table = sqlite.settle_types(connection, table, notes)
    else:
        table = postgresql.settle_types(connection, table)
    keyed = keys.with_key(connection, table, notes)
    return links.with_crowd(connection, keyed) if keyed else None
