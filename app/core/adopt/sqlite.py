"""What a SQLite file really holds: any column may hold any value, so the values are asked.

A column is mapped to a type only where all its values are of that type; one statement a table
counts those that are not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from app.core.adopt.schema import Column, Kind, Notes, Table
from app.core.adopt.texts import is_short_by_name

SHORT_TEXT_LENGTH = 120
# SQLite takes at most 2,000 expressions in one statement.
MAX_EXPRESSIONS = 1000
FRACTION = "GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]'"


@dataclass(frozen=True)
class Form:
    """A form that values may have: the condition that tells, its name, and the type it gives."""

    condition: str
    words: str
    type: TypeEngine[Any] | None = None


# The modifier makes SQLite count with the date, and so refuse the 30th of February.
_SECONDS = "datetime({c}, '+0 days') = {c}"
_MICRO = (
    "length({c}) = 26 AND datetime(substr({c}, 1, 19), '+0 days') = substr({c}, 1, 19)"
    f" AND substr({{c}}, 20) {FRACTION}"
)
FORMS = {
    "integer": Form("typeof({c}) = 'integer'", "whole numbers", sa.BigInteger()),
    "number": Form("typeof({c}) IN ('integer', 'real')", "numbers", sa.Float()),
    "flag": Form("typeof({c}) = 'integer' AND {c} IN (0, 1)", "0 and 1"),
    "short": Form(
        f"typeof({{c}}) = 'text' AND length({{c}}) <= {SHORT_TEXT_LENGTH}"
        " AND instr({c}, char(10)) = 0",
        "text",
        sa.String(),
    ),
    "text": Form("typeof({c}) = 'text'", "text", sa.Text()),
    "bytes": Form("typeof({c}) = 'blob'", "bytes", sa.LargeBinary()),
    "json": Form("typeof({c}) = 'text' AND json_valid({c})", "JSON"),
    "date": Form("date({c}, '+0 days') = {c}", "dates without a time", sa.Date()),
    "seconds": Form(_SECONDS, "dates with a time", sa.DateTime()),
    "micro": Form(f"{_SECONDS} OR {_MICRO}", "dates with a time", sa.DateTime()),
    "iso": Form(
        "datetime({c}, '+0 days') = replace({c}, 'T', ' ') AND instr({c}, 'T') = 11",
        "dates with a time, with a T between",
        sa.DateTime(),
    ),
    "time": Form(
        "time(substr({c}, 1, 8), '+0 days') = substr({c}, 1, 8)"
        f" AND (length({{c}}) = 8 OR substr({{c}}, 9) {FRACTION})",
        "times",
    ),
}
# The forms that the values of a declared type may have, the best one first.
DECLARED: tuple[tuple[tuple[type[Any], ...], tuple[str, ...]], ...] = (
    ((sa.DateTime,), ("seconds", "micro", "iso", "date")),
    ((sa.Date,), ("date", "seconds", "micro", "iso")),
    ((sa.Time,), ("time",)),
    ((sa.Boolean,), ("flag",)),
    ((sa.JSON,), ("json",)),
    ((sa.Integer,), ("integer",)),
    ((sa.Numeric, sa.Float), ("number",)),
    ((sa.Text,), ("short", "text")),
    ((sa.String,), ("text",)),
    ((sa.LargeBinary,), ("bytes",)),
)
# The forms to try where the values are not what was declared.
LOOSE = ("integer", "number", "short", "text", "bytes")


def list_relations(connection: Connection, notes: Notes) -> dict[str, Table]:
    """The tables and views of the file, without those that belong to a search index."""
    found: dict[str, Table] = {}
    for row in connection.exec_driver_sql("PRAGMA main.table_list"):
        name, kind = row[1], row[2]
        if name.startswith("sqlite_") or kind == "shadow":
            continue
        if kind == "virtual":
            notes.leave_out(name, "a virtual table, such as a search index")
        else:
            is_view = kind == "view"
            found[name] = Table(name, kind=Kind.VIEW if is_view else Kind.TABLE, read_only=is_view)
    return dict(sorted(found.items()))


def settle_types(connection: Connection, table: Table, notes: Notes) -> Table:
    """Give each column a type that all its values have, and say where that is not the declared."""
    rows = connection.execute(
        sa.text("SELECT name, type FROM pragma_table_xinfo(:table)"), {"table": table.name}
    )
    declared = {row.name: row.type for row in rows}
    columns = [
        dataclasses.replace(column, database_type=declared.get(column.name, ""))
        for column in table.columns
    ]
    table = dataclasses.replace(table, uniques=_uniques(connection, table))
    counted = _count_forms(connection, table, {c.name: _forms_of(c.type) for c in columns})
    strays = {
        column.name: LOOSE
        for column in columns
        if not any(_holds_only(form, column, counted) for form in _forms_of(column.type))
    }
    counted |= _count_forms(connection, table, strays)
    settled = tuple(_settled(column, table, counted, notes) for column in columns)
    return _with_row_number(connection, dataclasses.replace(table, columns=settled))


def _uniques(connection: Connection, table: Table) -> tuple[tuple[str, ...], ...]:
    """The columns of unique indexes; SQLAlchemy reads them from SQL and misses some."""
    rows = connection.execute(
        sa.text(
            "SELECT i.name, c.name AS column"
            " FROM pragma_index_list(:table) i, pragma_index_info(i.name) c"
            " WHERE i.\"unique\" AND NOT i.partial AND i.origin <> 'pk' ORDER BY i.seq, c.seqno"
        ),
        {"table": table.name},
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.name, []).append(row.column)
    # An index on an expression has no column there.
    whole = {tuple(columns) for columns in found.values() if None not in columns}
    return tuple(sorted(whole, key=lambda columns: (len(columns), columns)))


def _forms_of(type_: TypeEngine[Any]) -> tuple[str, ...]:
    """The forms that fit the declared type."""
    return next((forms for bases, forms in DECLARED if isinstance(type_, bases)), ())


Counts = dict[tuple[str, str], int]


def _count_forms(
    connection: Connection, table: Table, asked: Mapping[str, Sequence[str]]
) -> Counts:
    """How many values of each column have each form; `""` counts those that are not NULL."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    wanted: dict[tuple[str, str], str] = {}
    for name, forms in asked.items():
        quoted = quote(name)
        wanted[name, ""] = f"count({quoted})"
        for form in forms:
            condition = FORMS[form].condition.replace("{c}", quoted)
            wanted[name, form] = f"count(CASE WHEN {condition} THEN 1 END)"
    counts: list[int] = []
    parts = list(wanted.values())
    for start in range(0, len(parts), MAX_EXPRESSIONS):
        chosen = ", ".join(parts[start : start + MAX_EXPRESSIONS])
        # The names come from the database itself and are quoted as SQLAlchemy quotes them.
        counts += connection.exec_driver_sql(f"SELECT {chosen} FROM {quote(table.name)}").one()  # noqa: S608
    return dict(zip(wanted, counts, strict=True))


def _holds_only(form: str, column: Column, counted: Counts) -> bool:
    return counted[column.name, form] == counted[column.name, ""]


def _settled(column: Column, table: Table, counted: Counts, notes: Notes) -> Column:
    subject = f"{table.title}.{column.name}"
    if not counted[column.name, ""]:
        # Without a value to go by, a column of no type is most useful as text.
        untyped = isinstance(column.type, sa.types.NullType)
        short = isinstance(column.type, sa.Text) and is_short_by_name(column, table)
        return dataclasses.replace(column, type=sa.String()) if untyped or short else column
    for form in _forms_of(column.type):
        if _holds_only(form, column, counted):
            return _of_form(column, form, subject, notes)
    declared = column.database_type or "no type"
    for form in LOOSE:
        if _holds_only(form, column, counted):
            # A view's computed columns have no type to be declared; what they hold is no surprise.
            if table.kind is Kind.TABLE and not column.computed:
                words = FORMS[form].words
                notes.handle(subject, f"declared {declared}, holds {words}; mapped as such")
            return dataclasses.replace(column, type=FORMS[form].type or column.type)
    notes.handle(subject, f"declared {declared}, holds values of several types; read only, as text")
    return dataclasses.replace(column, type=sa.types.NULLTYPE, form="mixed")


def _of_form(column: Column, form: str, subject: str, notes: Notes) -> Column:
    """The column as its declared type, or as the form of it that its values have."""
    moments = ("seconds", "micro", "iso", "date")
    if form not in (*moments, "short"):
        return column
    declared_date = isinstance(column.type, sa.Date)
    if form in moments and (form == "iso" or declared_date is not (form == "date")):
        notes.handle(subject, f"declared {column.database_type}, holds {FORMS[form].words}")
    return dataclasses.replace(column, type=FORMS[form].type or column.type, form=form)


def _with_row_number(connection: Connection, table: Table) -> Table:
    """Mark the key that SQLite counts up: the only key column, of exactly the type INTEGER."""
    if len(table.key) != 1:
        return table
    without_rowid = connection.scalar(
        sa.text("SELECT wr FROM pragma_table_list(:table) WHERE schema = 'main'"),
        {"table": table.name},
    )
    return dataclasses.replace(
        table,
        columns=tuple(
            dataclasses.replace(column, counts_up=True)
            if column.name == table.key[0]
            and column.database_type.upper() == "INTEGER"
            and not without_rowid
            else column
            for column in table.columns
        ),
    )
