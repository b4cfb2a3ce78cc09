"""Turns what a database refuses into messages beside the fields concerned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app.core.errors import BureauError, Conflict, Invalid
from app.core.fields import Field
from app.core.refusals import Refusal, refusal_of

FORM = ""
"""The name under which an error stands that belongs to no single field."""

# PostgreSQL's classes of refused values (Appendix A of its manual, class 23).
_NOT_NULL, _FOREIGN_KEY, _UNIQUE, _CHECK = "23502", "23503", "23505", "23514"
_SQLITE = (
    (_UNIQUE, re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")),
    (_NOT_NULL, re.compile(r"NOT NULL constraint failed: (?P<columns>.+)")),
    (_CHECK, re.compile(r"CHECK constraint failed: (?P<name>.+)")),
    (_FOREIGN_KEY, re.compile(r"FOREIGN KEY constraint failed")),
)


def refusal(
    error: DBAPIError, fields: Mapping[str, Field], *, deleting: bool = False
) -> BureauError:
    """The refusal to show for a database error caused by values that a user gave."""
    if deleting and isinstance(error, IntegrityError):
        return Conflict(_("Other records still refer to this one. Remove or change those first."))
    if isinstance(error, DataError):
        return Invalid(errors={FORM: [_("One of the values cannot be stored. Check all fields.")]})
    code, columns, constraint = _diagnose(error)
    declared = _declared(constraint, columns, fields)
    if declared is not None:
        return Invalid(errors={declared.field: [str(declared.message)]}, code=declared.code)
    names = _fields_of(columns or _columns_of(constraint, fields), fields)
    message = _message(code, several=len(names) > 1)
    return Invalid(errors={name: [message] for name in names or [FORM]})


def _message(code: str, *, several: bool) -> str:
    if code == _UNIQUE and several:
        return _("Another record already has this combination of values.")
    if code == _UNIQUE:
        return _("Another record already has this value.")
    if code == _NOT_NULL:
        return _("Fill in this field.")
    if code == _FOREIGN_KEY:
        return _("Choose a record that exists.")
    return _("This value is not allowed here.")


def _diagnose(error: DBAPIError) -> tuple[str, list[str], str]:
    """The kind of refusal, the columns it names and the constraint it names."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        key = re.search(r"Key \((?P<columns>.+?)\)=", diagnosis.message_detail or "")
        named = [diagnosis.column_name] if diagnosis.column_name else []
        columns = named or (_split(key["columns"]) if key else [])
        return str(diagnosis.sqlstate), columns, diagnosis.constraint_name or ""
    for code, pattern in _SQLITE:
        if match := pattern.search(str(error.orig)):
            groups = match.groupdict()
            return code, _split(groups.get("columns") or ""), groups.get("name") or ""
    return "", [], ""


def _split(columns: str) -> list[str]:
    """Column names out of `lower(name::text), owner_id` or `table.name, table.owner_id`."""
    found = (re.findall(r"[\w$]+", part.split("::")[0]) for part in columns.split(","))
    return [words[-1] for words in found if words]


def _declared(constraint: str, columns: list[str], fields: Mapping[str, Field]) -> Refusal | None:
    """What the refusing constraint says of itself, if it says something.

    SQLite names a unique index on expressions as if it were a column, and of a unique index on
    columns only the columns.
    """
    names = {constraint, *columns[:1]} - {""}
    for item in _rules_of(fields):
        is_named = item.name is not None and str(item.name) in names
        if is_named or (not constraint and _is_unique_on(item, columns)):
            return refusal_of(item)
    return None


def _is_unique_on(item: Any, columns: list[str]) -> bool:
    is_unique = isinstance(item, sa.UniqueConstraint) or bool(getattr(item, "unique", False))
    return is_unique and bool(columns) and [c.name for c in item.columns] == columns


def _columns_of(constraint: str, fields: Mapping[str, Field]) -> list[str]:
    """The columns of a named constraint or unique index of the fields' table."""
    for item in _rules_of(fields):
        if item.name is not None and str(item.name) == constraint:
            return [column.key for column in _mentioned(item)]
    return []


def _rules_of(fields: Mapping[str, Field]) -> Iterator[Any]:
    """The constraints and indexes of the fields' table."""
    tables: set[Any] = {field.column.table for field in fields.values() if field.column is not None}
    for table in (table for table in tables if isinstance(table, sa.Table)):
        yield from (*table.constraints, *table.indexes)


def _mentioned(item: Any) -> Iterable[Any]:
    if isinstance(item, sa.CheckConstraint):
        text = str(item.sqltext)
        columns = item.table.columns if item.table is not None else ()
        return [column for column in columns if re.search(rf"\b{re.escape(column.key)}\b", text)]
    return list(getattr(item, "columns", ()))


def _fields_of(columns: Iterable[str], fields: Mapping[str, Field]) -> list[str]:
    """The names of the fields that carry these database columns, relations included."""
    wanted = set(columns)
    found = []
    for field in fields.values():
        if field.column is not None:
            names = {field.column.name, field.column.key}
        elif field.target is not None and not field.is_many:
            relation: Any = sa.inspect(field.model).relationships[field.name]
            names = {column.name for column in relation.local_columns}
        else:
            continue
        if names & wanted:
            found.append(field.name)
    return found
