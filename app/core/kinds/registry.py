"""Finds the kind of a column from its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.core import types
from app.core.kinds import choice, file, moment, number, structure, text
from app.core.kinds.base import UNKNOWN, Kind

URL_NAMES = ("url", "website", "homepage", "link")


def kind_of_column(column: sa.ColumnElement[Any]) -> Kind:
    """The kind of a column: from its type, and for plain texts from its name too."""
    kind = kind_of_type(column.type)
    name = str(getattr(column, "name", "") or "").lower()
    if isinstance(kind, number.Integer):
        is_key = isinstance(column, sa.Column) and bool(column.primary_key or column.foreign_keys)
        return number.Integer(kind.bits, is_grouped=not (is_key or name.endswith("year")))
    if type(kind) is text.Text:
        if name == "email" or name.endswith("_email"):
            return text.Email(max_length=kind.max_length)
        if name in URL_NAMES or name.endswith("_url"):
            return text.Url(max_length=kind.max_length)
    return kind


def kind_of_type(type_: sa.types.TypeEngine[Any]) -> Kind:
    """The kind of a SQLAlchemy type; `UNKNOWN` for one that nobody taught us.

    A type of a feature brings its kind along, as its attribute `kind`.
    """
    own = getattr(type_, "kind", None)
    if isinstance(own, Kind):
        return own
    for base, make in _KINDS:
        if isinstance(type_, base):
            return make(type_)
    if isinstance(type_, sa.types.TypeDecorator):
        return kind_of_type(type_.impl_instance)
    return UNKNOWN


def _text(type_: Any) -> Kind:
    length = getattr(type_, "length", None)
    is_long = isinstance(type_, sa.Text) if length is None else length > 1000
    return text.LongText() if is_long else text.Text(max_length=length)


def _limited(type_: Any) -> Kind:
    length = type_.impl_instance.length
    return text.LongText(length) if length and length > 1000 else text.Text(length)


def _choice(type_: Any) -> Kind:
    return choice.Choice(tuple(type_.enum_class) if type_.enum_class else tuple(type_.enums))


def _numeric(type_: Any) -> Kind:
    if not type_.asdecimal:
        return number.Float()
    return number.Decimals(type_.precision, type_.scale)


def _scaled(kind: type[number.Decimals]) -> Callable[[Any], Kind]:
    return lambda type_: kind(type_.impl_instance.precision, type_.impl_instance.scale)


def _datetime(type_: Any) -> Kind:
    return moment.Moment() if type_.timezone else moment.DateTime()


def _file(type_: Any) -> Kind:
    return file.File(type_.types, type_.max_bytes, type_.max_pixels)


def _array(type_: Any) -> Kind:
    return structure.Array(kind_of_type(type_.item_type))


# The first match wins, so a type stands before the types it is derived from.
_KINDS: tuple[tuple[type, Callable[[Any], Kind]], ...] = (
    (types.Email, lambda _: text.Email()),
    (types.Phone, lambda _: text.Phone()),
    (types.Str, _limited),
    (types.Html, lambda _: text.Html()),
    (types.Money, _scaled(number.Money)),
    (types.Percent, _scaled(number.Percent)),
    (types.Upload, _file),
    (types.UtcTime, lambda _: moment.Moment()),
    (sa.Enum, _choice),
    (sa.Boolean, lambda _: choice.Boolean()),
    (sa.Uuid, lambda type_: structure.Uuid(is_written_as_text=not type_.as_uuid)),
    (sa.SmallInteger, lambda _: number.Integer(16)),
    (sa.BigInteger, lambda _: number.Integer(64)),
    (sa.Integer, lambda _: number.Integer(32)),
    (sa.Double, lambda _: number.Float()),
    (sa.Float, lambda _: number.Float()),
    (sa.Numeric, _numeric),
    (sa.DateTime, _datetime),
    (sa.Date, lambda _: moment.Date()),
    (sa.Time, lambda _: moment.Time()),
    (sa.Interval, lambda _: moment.Interval()),
    (postgresql.INTERVAL, lambda _: moment.Interval()),
    (sa.PickleType, lambda _: UNKNOWN),
    (sa.JSON, lambda _: structure.Json()),
    (sa.ARRAY, _array),
    (sa.LargeBinary, lambda _: structure.Binary()),
    (sa.String, _text),
)
