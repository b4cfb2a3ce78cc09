"""Turns the type of a column into code: the Python type and, where needed, SQLAlchemy's."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeEngine

from app.core.adopt.layout import quoted
from app.core.adopt.schema import Column

POSTGRESQL = "sqlalchemy.dialects.postgresql"
SQLITE = "sqlalchemy.dialects.sqlite"
COLUMNS = "app.core.adopt.columns"


@dataclass(frozen=True)
class TypeCode:
    """How a type is written: `Mapped[python]` and `mapped_column(code)`.

    `code` is empty where SQLAlchemy finds the type from the annotation. `imports` are pairs of
    module and name; a name of "" means the module itself.
    """

    python: str
    code: str = ""
    imports: tuple[tuple[str, str], ...] = ()
    # What the report says of the column; empty for plain types.
    note: str = ""
    is_writable: bool = True


# Types that are shown and not edited, because no form of ours can write them.
SHOWN: dict[type[TypeEngine[Any]], str] = {
    pg.INET: "str",
    pg.CIDR: "str",
    pg.MACADDR: "str",
    pg.MACADDR8: "str",
    pg.BIT: "str",
    pg.MONEY: "str",
    pg.OID: "int",
    pg.TSVECTOR: "str",
}
ARRAY_ITEMS: tuple[type[TypeEngine[Any]], ...] = (
    sa.Boolean,
    sa.Date,
    sa.DateTime,
    sa.Float,
    sa.Integer,
    sa.Numeric,
    sa.String,
    sa.Time,
    sa.Uuid,
)


def type_code(column: Column) -> TypeCode:
    """The code for a column's type, without regard to keys, defaults and NULL."""
    if column.form == "seconds":
        return TypeCode(
            "dt.datetime",
            "DATETIME(truncate_microseconds=True)",
            (("datetime", ""), (SQLITE, "DATETIME")),
        )
    if column.form == "mixed":
        return TypeCode("str", "MixedText", ((COLUMNS, "MixedText"),), is_writable=False)
    if column.form == "iso":
        return TypeCode(
            "dt.datetime",
            "IsoDateTime",
            (("datetime", ""), (COLUMNS, "IsoDateTime")),
        )
    if isinstance(column.type, pg.DOMAIN):
        return _domain(column.type, column.base_type)
    return _code(column.type, column.database_type)


# What SQLAlchemy makes of an annotation alone.
INFERRED = {
    "Decimal": "Numeric",
    "UUID": "Uuid",
    "bool": "Boolean",
    "bytes": "LargeBinary",
    "dt.date": "Date",
    "dt.datetime": "DateTime",
    "dt.time": "Time",
    "dt.timedelta": "Interval",
    "float": "Float",
    "int": "Integer",
    "str": "String",
}


def explicit(found: TypeCode) -> TypeCode:
    """The same type with its SQLAlchemy type written out."""
    if found.code:
        return found
    name = INFERRED[found.python]
    return dataclasses.replace(found, code=name, imports=(*found.imports, ("sqlalchemy", name)))


def _code(type_: TypeEngine[Any], database_type: str) -> TypeCode:
    if isinstance(type_, sa.ARRAY):
        return _array(type_, database_type)
    for shown, python in SHOWN.items():
        if type(type_) is shown:
            name = shown.__name__
            note = f"{database_type} is shown, not edited"
            return TypeCode(python, name, ((POSTGRESQL, name),), note, is_writable=False)
    for base, write in _WRITERS:
        if isinstance(type_, base):
            return write(type_)
    return as_text(database_type)


def as_text(database_type: str) -> TypeCode:
    """The code for a type that Python has no counterpart for."""
    note = f"{database_type or 'its type'} has no counterpart in Python; read only, as text"
    code = f"AsText({quoted(database_type)})" if database_type else "AsText"
    return TypeCode("str", code, ((COLUMNS, "AsText"),), note, is_writable=False)


def _domain(type_: pg.DOMAIN, base: str) -> TypeCode:
    """The type that a domain stands on, with its length or precision, which SQLAlchemy drops."""
    data_type: TypeEngine[Any] = type_.data_type
    numbers = [int(number) for number in re.findall(r"\d+", base.partition("(")[2])]
    if numbers and isinstance(data_type, sa.String):
        data_type = sa.String(numbers[0])
    elif numbers and isinstance(data_type, sa.Numeric):
        data_type = sa.Numeric(numbers[0], numbers[-1])
    found = _code(data_type, base)
    note = found.note or f"mapped as {base}, which its domain {type_.name} stands on"
    return dataclasses.replace(found, note=note)


def _array(type_: sa.ARRAY[Any], database_type: str) -> TypeCode:
    """A list; PostgreSQL's drivers read only the arrays of its own plain types."""
    is_plain = isinstance(type_.item_type, ARRAY_ITEMS) and not isinstance(
        type_.item_type, sa.Enum | pg.CITEXT | pg.DOMAIN
    )
    if is_plain and not database_type.endswith("[][]"):
        item = _code(type_.item_type, "")
        inner = item.code or type(type_.item_type.as_generic()).__name__
        imports = (*item.imports, ("sqlalchemy", "ARRAY"))
        if not item.code:
            imports = (*imports, ("sqlalchemy", inner))
        return TypeCode(f"list[{item.python}]", f"ARRAY({inner})", imports)
    note = f"{database_type} is shown as text, not edited"
    code = f"AsText({quoted(database_type)})"
    return TypeCode("str", code, ((COLUMNS, "AsText"),), note, is_writable=False)


def _plain(python: str, *imports: tuple[str, str]) -> Callable[[Any], TypeCode]:
    return lambda _type: TypeCode(python, imports=imports)


def _named(name: str) -> Callable[[Any], TypeCode]:
    return lambda _type: TypeCode("int", name, (("sqlalchemy", name),))


def _numeric(type_: Any) -> TypeCode:
    imports: tuple[tuple[str, str], ...] = (("decimal", "Decimal"),)
    if not type_.asdecimal:
        return TypeCode("float")
    if type_.precision is None:
        return TypeCode("Decimal", imports=imports)
    code = f"Numeric({type_.precision}, {type_.scale or 0})"
    return TypeCode("Decimal", code, (*imports, ("sqlalchemy", "Numeric")))


def _with_zone(name: str, python: str) -> Callable[[Any], TypeCode]:
    def write(type_: Any) -> TypeCode:
        if not type_.timezone:
            return TypeCode(python, imports=(("datetime", ""),))
        imports = (("datetime", ""), ("sqlalchemy", name))
        return TypeCode(python, f"{name}(timezone=True)", imports)

    return write


def _string(type_: Any) -> TypeCode:
    if type_.length is None:
        return TypeCode("str")
    return TypeCode("str", f"String({type_.length})", (("sqlalchemy", "String"),))


def _text(_type: Any) -> TypeCode:
    return TypeCode("str", "Text", (("sqlalchemy", "Text"),))


def _json(type_: Any) -> TypeCode:
    name = "JSONB" if isinstance(type_, pg.JSONB) else "JSON"
    module = POSTGRESQL if name == "JSONB" else "sqlalchemy"
    return TypeCode("Any", name, (("typing", "Any"), (module, name)))


# The first match wins, so a type stands before the types it is derived from.
_WRITERS: tuple[tuple[type[Any], Callable[[Any], TypeCode]], ...] = (
    (sa.Boolean, _plain("bool")),
    (sa.SmallInteger, _named("SmallInteger")),
    (sa.BigInteger, _named("BigInteger")),
    (sa.Integer, _plain("int")),
    (sa.Float, _plain("float")),
    (sa.Numeric, _numeric),
    (sa.Uuid, _plain("UUID", ("uuid", "UUID"))),
    (sa.DateTime, _with_zone("DateTime", "dt.datetime")),
    (sa.Date, _plain("dt.date", ("datetime", ""))),
    (sa.Time, _with_zone("Time", "dt.time")),
    (sa.Interval, _plain("dt.timedelta", ("datetime", ""))),
    (pg.INTERVAL, _plain("dt.timedelta", ("datetime", ""))),
    (sa.JSON, _json),
    (sa.LargeBinary, _plain("bytes")),
    (sa.Text, _text),
    (sa.String, _string),
)
