"""The key of a row as text for URLs and forms, composite keys included."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement

from app.core.errors import NotFound
from app.core.fields.lines import Ref
from app.core.kinds import BadValue, kind_of_column
from app.core.kinds.text import is_storable

# A key stands in paths and in comma-separated lists, so these never appear in it as they are.
ESCAPES = {"~": "~0", "/": "~2", ",": "~3", "\\": "~4"}
_SEPARATOR = "~1"
# Neither does a part that a path cannot have: an empty one, or one that means a folder.
WHOLE = {"": "~5", ".": "~6", "..": "~7"}
WHOLE_BACK = {escape: plain for plain, escape in WHOLE.items()}


def encode_key(row: Any) -> str:
    """The key of `row` as text: `42`, or `2024~117` for the two parts 2024 and 17."""
    if isinstance(row, Ref):
        return row.key
    model: Any = type(row)
    return encode_values(getattr(row, name) for name in key_attributes(model))


def encode_values(values: Any) -> str:
    """Encode the values of one key, in the order of the key's columns."""
    values = tuple(values)
    if len(values) == 1 and type(values[0]) is int:
        # Nearly every key is one number, in which there is nothing to escape.
        return str(values[0])
    return _SEPARATOR.join(_encode_part(_write(value)) for value in values)


def decode_key(model: type, text: str) -> tuple[Any, ...]:
    """The values of a key written by `encode_key`.

    Raises `NotFound` where the text is no key of this model: no such row can exist.
    """
    parts = text.split(_SEPARATOR)
    mapper: Mapper[Any] = sa.inspect(model)
    columns = mapper.primary_key
    if len(parts) != len(columns):
        raise NotFound
    return tuple(
        _convert(column, _decode_part(part)) for column, part in zip(columns, parts, strict=True)
    )


def holds_one_of(columns: Sequence[Any], keys: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    """The condition that the columns hold one of these keys, each a value for every column."""
    if len(columns) == 1:
        found: ColumnElement[bool] = columns[0].in_([key[0] for key in keys])
        return found
    return sa.tuple_(*columns).in_(keys)


@cache
def key_attributes(model: Any) -> tuple[str, ...]:
    """The names of the attributes that hold the primary key."""
    mapper: Mapper[Any] = sa.inspect(model)
    return tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)


def _write(value: Any) -> str:
    return str(value.value if isinstance(value, enum.Enum) else value)


def _convert(column: sa.ColumnElement[Any], text: str) -> Any:
    kind = kind_of_column(column)
    try:
        # A text is taken as it is: a key of somebody else's table may begin with a blank.
        return kind.parse(text) if not kind.is_text else _checked(text)
    except BadValue as error:
        raise NotFound from error


def _checked(text: str) -> str:
    if not is_storable(text):
        raise NotFound
    return text


def _encode_part(text: str) -> str:
    for plain, escape in ESCAPES.items():
        text = text.replace(plain, escape)
    return WHOLE.get(text, text)


def _decode_part(text: str) -> str:
    if text in WHOLE_BACK:
        return WHOLE_BACK[text]
    for plain, escape in reversed(ESCAPES.items()):
        text = text.replace(escape, plain)
    return text
