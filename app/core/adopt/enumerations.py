"""Finds the columns that hold one of a few texts, and the Python enumerations for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.core.adopt.coltypes import TypeCode
from app.core.adopt.naming import class_name, free, member_name
from app.core.adopt.plan import Enumeration
from app.core.adopt.schema import Column, Table

_VALUE = r"'(?:[^']|'')*'(?:::[\w ]+(?:\(\d+\))?)?"
# PostgreSQL writes `col IN ('a', 'b')` back as `col = ANY (ARRAY['a'::text, 'b'::text])`.
_LISTED = re.compile(
    rf"""\(*["`\[]?(?P<column>[\w ]+?)["`\]]?\)*(?:::[\w ]+)?\s*
        (?:IN\s*\(|=\s*ANY\s*\(+ARRAY\[)\s*(?P<values>{_VALUE}(?:\s*,\s*{_VALUE})*)\s*
        [\])]+(?:::[\w ]+\[\]\)*)?""",
    re.IGNORECASE | re.VERBOSE,
)
_OR_NULL = re.compile(r"^\(*[^()']+\)* IS NULL\)* OR ", re.IGNORECASE)
_TEXT = re.compile(r"'((?:[^']|'')*)'")


class Enumerations:
    """Gives each list of allowed texts one class, shared by all columns that use it."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.found: list[Enumeration] = []
        self._taken = set(taken)
        self._by_type: dict[tuple[str, str], Enumeration] = {}

    def type_code(self, column: Column, table: Table, model_name: str) -> TypeCode | None:
        """The type of a column that holds one of a few texts; None for any other column."""
        type_ = column.type.data_type if isinstance(column.type, pg.DOMAIN) else column.type
        if isinstance(type_, sa.Enum):
            chosen = self._shared(type_, table)
        elif values := _checked_values(column, table):
            name = f"{model_name}{class_name(column.name)}"
            chosen = self._add(name, f"{table.title}.{column.name}", values)
        else:
            return None
        return TypeCode(chosen.name, f"choice({chosen.name})", (("app.core.types", "choice"),))

    def _shared(self, type_: sa.Enum, table: Table) -> Enumeration:
        name = str(type_.name)
        key = (str(getattr(type_, "schema", None) or table.schema or ""), name)
        if key not in self._by_type:
            origin = f"{table.schema}.{name}" if table.schema else name
            self._by_type[key] = self._add(class_name(name), origin, tuple(type_.enums))
        return self._by_type[key]

    def _add(self, name: str, origin: str, values: tuple[str, ...]) -> Enumeration:
        if name in self._taken:
            name = free(f"{name}Choice", self._taken, "")
        self._taken.add(name)
        members: dict[str, str] = {}
        for value in values:
            members[member_name(value, members)] = value
        enumeration = Enumeration(name, origin, tuple(members.items()))
        self.found.append(enumeration)
        return enumeration


def _checked_values(column: Column, table: Table) -> tuple[str, ...]:
    """The texts that a CHECK allows in this column, if one does."""
    if not isinstance(column.type, sa.String):
        return ()
    for check in table.checks:
        found = _LISTED.fullmatch(_OR_NULL.sub("", check.strip()))
        if found and found["column"].lower() == column.name.lower():
            values = [match.replace("''", "'") for match in _TEXT.findall(found["values"])]
            return tuple(dict.fromkeys(values))
    return ()
