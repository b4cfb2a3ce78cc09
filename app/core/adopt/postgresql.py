"""What PostgreSQL's own catalogue adds to the inspector's view."""

from __future__ import annotations

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from app.core.adopt.schema import Column, Kind, Notes, Table
from app.core.adopt.texts import is_short_by_name

KINDS = {
    "r": Kind.TABLE,
    "p": Kind.TABLE,
    "v": Kind.VIEW,
    "m": Kind.MATERIALIZED_VIEW,
    "f": Kind.FOREIGN_TABLE,
}
SHORT_TEXT_BYTES = 40
"""Texts that are no longer than this on average are edited in one line."""

RELATIONS = sa.text("""
    SELECT c.relname AS name, c.relkind AS kind, c.relispartition AS is_partition,
           (SELECT p.relname FROM pg_catalog.pg_inherits i
            JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
            WHERE i.inhrelid = c.oid LIMIT 1) AS parent,
           has_any_column_privilege(c.oid, 'SELECT') AS can_read,
           has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE') AS can_write,
           (SELECT e.extname FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
            WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::regclass
              AND d.deptype = 'e' LIMIT 1) AS extension
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY c.relname
""")
COLUMNS = sa.text("""
    SELECT c.relname AS name, a.attname AS column,
           pg_catalog.format_type(a.atttypid, a.atttypmod)
           -- A list of lists is written as one too, unlike the catalogue does.
           || repeat('[]', a.attndims - 1) AS type,
           CASE WHEN t.typtype = 'd'
                THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END AS base
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND a.attnum > 0 AND NOT a.attisdropped
""")
WIDTHS = sa.text("""
    SELECT attname, avg_width FROM pg_catalog.pg_stats
    WHERE schemaname = coalesce(:schema, current_schema()) AND tablename = :name
""")


def list_relations(connection: Connection, schema: str, notes: Notes) -> dict[str, Table]:
    """The tables and views of a schema that can be read, with their types as PostgreSQL says."""
    columns: dict[str, list[Column]] = {}
    for row in connection.execute(COLUMNS, {"schema": schema}):
        listed = Column(row.column, sa.types.NULLTYPE, row.type, base_type=row.base or "")
        columns.setdefault(row.name, []).append(listed)
    found: dict[str, Table] = {}
    partitions: dict[str, int] = {}
    for row in connection.execute(RELATIONS, {"schema": schema}):
        if row.is_partition:
            partitions[row.parent] = partitions.get(row.parent, 0) + 1
        elif why_not := _why_left_out(row):
            notes.leave_out(row.name, why_not)
        else:
            found[row.name] = _listed(row, tuple(columns.get(row.name, ())), notes)
    for parent, count in partitions.items():
        if parent in found:
            notes.handle(parent, f"its {count} partitions are left out; it shows all their rows")
    return found


def settle_types(connection: Connection, table: Table) -> Table:
    """Tell texts of one line from long ones by what PostgreSQL has measured of them."""
    if not any(isinstance(column.type, sa.Text) for column in table.columns):
        return table
    named = {"schema": table.schema, "name": table.name}
    widths = {row.attname: row.avg_width for row in connection.execute(WIDTHS, named)}

    def is_short(column: Column) -> bool:
        width = widths.get(column.name)
        return is_short_by_name(column, table) if width is None else width <= SHORT_TEXT_BYTES

    columns = tuple(
        dataclasses.replace(column, type=sa.String())
        if isinstance(column.type, sa.Text) and is_short(column)
        else column
        for column in table.columns
    )
    return dataclasses.replace(table, columns=columns)


def _why_left_out(row: Row[Any]) -> str | None:
    if row.extension:
        return f"it belongs to the extension {row.extension}"
    return None if row.can_read else "the user of the URL may not read it"


def _listed(row: Row[Any], columns: tuple[Column, ...], notes: Notes) -> Table:
    kind = KINDS[row.kind]
    if kind is Kind.TABLE and not row.can_write:
        notes.handle(row.name, "read only, because the user of the URL may not write to it")
    read_only = kind is not Kind.TABLE or not row.can_write
    return Table(row.name, kind=kind, columns=columns, read_only=read_only)
