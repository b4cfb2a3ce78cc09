"""Column types that the models of an adopted database may need besides SQLAlchemy's own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator, UserDefinedType


class AsText(UserDefinedType[str]):
    """A value that Python has no type for, read as the text its database writes it as.

    No kind of ours knows this type, so its fields are shown and never written, sorted or searched.
    """

    cache_ok = True

    def __init__(self, name: str = "") -> None:
        self.name = name

    def get_col_spec(self, **_options: Any) -> str:
        """The type as the database calls it."""
        return self.name

    def column_expression(self, colexpr: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Let the database write the text, so that no driver has to know the type."""
        return sa.cast(colexpr, sa.Text)


class MixedText(AsText):
    """The values of a column of SQLite that holds several types, as text; bytes in hexadecimal."""

    cache_ok = True

    def column_expression(self, colexpr: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Write bytes as digits, because they need not be text in any encoding."""
        is_bytes = sa.func.typeof(colexpr) == "blob"
        return sa.case((is_bytes, sa.func.hex(colexpr)), else_=sa.cast(colexpr, sa.Text))


class IsoDateTime(TypeDecorator[Any]):
    """A moment that SQLite holds as text with a T between date and time."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        """Read and write the text in this one form, because texts are compared as texts."""
        date = "%(year)04d-%(month)02d-%(day)02d"
        time = "%(hour)02d:%(minute)02d:%(second)02d"
        return sqlite.DATETIME(storage_format=f"{date}T{time}")
