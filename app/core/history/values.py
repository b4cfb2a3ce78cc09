"""Values as the history keeps them: texts that the database and Python write and read alike."""

from __future__ import annotations

import datetime
import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from app.core.fields.keys import ESCAPES, WHOLE
from app.core.files import store
from app.core.kinds import BadValue, Kind
from app.core.kinds.choice import Boolean, Choice
from app.core.kinds.file import File
from app.core.kinds.moment import Date, Interval, Moment
from app.core.kinds.number import Decimals, Float, Integer
from app.core.kinds.structure import Binary, Json, Uuid
from app.core.kinds.text import Text

_KEYS_IN_SQL = (Integer, Text, Date)
# SQLite writes a number with 15 digits where it is not told otherwise, and Python with 17.
_EXACT_FLOAT = "%!.17g"


def to_stored(kind: Kind, value: Any) -> str | None:
    """A value as text; None stays None."""
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(kind, Json):
        return json.dumps(kind.to_json(value), default=str)
    if isinstance(kind, Decimals) and kind.scale is not None and not isinstance(value, str):
        # As the database keeps it, which knows no difference between 5 and 5.00.
        return f"{value:.{kind.scale}f}"
    return kind.to_input(value)


def from_stored(kind: Kind, text: str | None) -> Any:
    """Read a value back, whether Python or the database wrote it.

    Raises `BadValue` where the column's type has changed so that it no longer fits.
    """
    if text is None:
        return None
    if isinstance(kind, Text):
        return text
    if isinstance(kind, Moment):
        moment = datetime.datetime.fromisoformat(text)
        # SQLite keeps moments in UTC and says nothing of it.
        return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return kind.parse(text)


def brought_back(kind: Kind, text: str | None) -> Any:
    """Like `from_stored`, for a value that a row is about to have again.

    Raises `BadValue` for a file, too, that is kept no more.
    """
    value = from_stored(kind, text)
    if isinstance(kind, File) and value is not None and not store.touch(value.key):
        raise BadValue(kind.expectation())
    return value


def stored_expression(kind: Kind, expression: Any, dialect: Dialect) -> Any:
    """The SQL expression whose text `from_stored` reads as the same value."""
    if dialect.name == "postgresql":
        if isinstance(kind, Json):
            return sa.cast(sa.func.to_jsonb(expression), sa.Text)
        if isinstance(kind, Interval):
            return sa.cast(sa.extract("epoch", expression), sa.Text)
    elif isinstance(kind, Float):
        return _printed(_EXACT_FLOAT, expression)
    elif isinstance(kind, Decimals) and kind.scale is not None:
        return _printed(f"%.{kind.scale}f", expression)
    if isinstance(kind, Boolean):
        return sa.case((expression.is_(sa.true()), "true"), (expression.is_(sa.false()), "false"))
    return sa.cast(expression, sa.Text)


def is_written_by_sql(column: sa.Column[Any], kind: Kind, dialect: Dialect) -> bool:
    """Whether the database can write the text of this column itself.

    It cannot where the value in Python is another one than the value in the database.
    """
    if kind.name == Kind.name or (isinstance(kind, Interval) and dialect.name == "sqlite"):
        return False
    type_: Any = column.type
    if isinstance(kind, Choice) and isinstance(type_, sa.Enum):
        return list(type_.enums) == [kind.to_input(member) for member in kind.members]
    is_ours = type(type_).__module__ == "app.core.types"
    if is_ours or not isinstance(type_, sa.types.TypeDecorator):
        return True
    return type(type_).process_result_value is sa.types.TypeDecorator.process_result_value


def is_key_written_by_sql(column: sa.ColumnElement[Any], kind: Kind, dialect: Dialect) -> bool:
    """Whether the database can write this part of a key as `encode_key` does."""
    if isinstance(kind, Uuid):
        return dialect.name == "postgresql"
    return (
        isinstance(kind, _KEYS_IN_SQL)
        and isinstance(column, sa.Column)
        and is_written_by_sql(column, kind, dialect)
    )


def key_expression(kind: Kind, expression: Any) -> Any:
    """A part of a key as `encode_key` writes it, in SQL."""
    text: Any = sa.cast(expression, sa.Text)
    if not isinstance(kind, Text):
        return text
    for plain, escape in ESCAPES.items():
        text = sa.func.replace(text, plain, escape)
    return sa.case(WHOLE, value=text, else_=text)


def is_kept(kind: Kind) -> bool:
    """Whether a value of this kind enters the history: bytes are too many."""
    return not isinstance(kind, Binary)


def _printed(form: str, expression: Any) -> Any:
    return sa.case((expression.is_not(None), sa.func.printf(form, expression)))
