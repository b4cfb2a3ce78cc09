"""What a row is called: in lists, pickers, headings and messages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from app.core.fields.lines import Ref

TITLE_NAMES = ("name", "title", "label", "subject", "code", "username", "email", "slug")
NAME_PAIRS = (("first_name", "last_name"), ("firstname", "lastname"), ("given_name", "surname"))
MAX_TITLE_LENGTH = 120


@cache
def title_attributes(model: Any) -> tuple[str, ...]:
    """The attributes that make up a row's title.

    A model may name them as `__title__ = ("first_name", "last_name")`; else they are derived:
    a well-known name, else a column that ends in one, else the first text column, else the key.
    """
    declared = getattr(model, "__title__", None)
    if declared:
        return (declared,) if isinstance(declared, str) else tuple(declared)
    mapper: Mapper[Any] = sa.inspect(model)
    for pair in NAME_PAIRS:
        if all(name in mapper.column_attrs for name in pair):
            return pair
    texts = [
        attribute.key
        for attribute in mapper.column_attrs
        if _is_text(attribute.columns[0]) and not attribute.columns[0].foreign_keys
    ]
    for wanted in TITLE_NAMES:
        if wanted in texts:
            return (wanted,)
    for wanted in TITLE_NAMES[:3]:
        if ending := next((name for name in texts if name.endswith(f"_{wanted}")), None):
            return (ending,)
    if texts:
        return (texts[0],)
    return tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)


def title_of(row: Any) -> str:
    """The title of a row; `#` and its key where the title's columns are all empty."""
    if isinstance(row, Ref):
        return row.title
    model: Any = type(row)
    if has_own_title(model):
        return _shorten(str(row))
    title = title_from(getattr(row, name) for name in title_attributes(model))
    return title or title_without(sa.inspect(row).identity or ())


def title_from(parts: Iterable[Any]) -> str:
    """The title that the values of a row's title columns make up; empty where all of them are."""
    return _shorten(" ".join(str(part) for part in parts if part is not None).strip())


def title_without(keys: Iterable[Any]) -> str:
    """What a row is called whose title is empty."""
    return "#" + ", ".join(str(key) for key in keys)


@cache
def has_own_title(model: Any) -> bool:
    """Whether the model writes its own `__str__`, which may read any column."""
    written: Any = getattr(model, "__str__")  # noqa: B009 (the method of the class itself)
    module = getattr(written, "__module__", None)
    return module is not None and not module.startswith(("app.core.models", "sqlalchemy"))


def _shorten(title: str) -> str:
    return title if len(title) <= MAX_TITLE_LENGTH else title[: MAX_TITLE_LENGTH - 1] + "…"


def _is_text(column: sa.ColumnElement[Any]) -> bool:
    kind = column.type
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    return isinstance(kind, sa.String) and not isinstance(kind, sa.Enum)
