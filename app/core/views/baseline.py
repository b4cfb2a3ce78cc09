"""What a form started from, and what has become of it since.

A record of ours has a version, and its history says what it was then. One without, of an adopted
database, gives its form the values themselves, signed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Mapper, joinedload

from app.core.fields import Field, encode_key
from app.core.fields.keys import encode_values
from app.core.history.columns import recorded_columns, recorded_links
from app.core.history.models import Change, Operation
from app.core.history.values import from_stored, to_stored
from app.core.kinds import BadValue
from app.extensions import db

MAX_CHANGES = 500
MAX_DIGITS = 18
UNKNOWN = object()
"""Stands for a value that nobody has kept."""

Values = dict[str, Any]


class Unreadable(str):
    """A text that was typed where no value can be made of it."""

    __slots__ = ()


def version_of(row: Any) -> int | None:
    """The version of a record of ours; a column of another table may only be called so."""
    mapper: Mapper[Any] = sa.inspect(type(row))
    if mapper.version_id_col is None:
        return None
    version: int | None = getattr(row, mapper.get_property_by_column(mapper.version_id_col).key)
    return version


def value_in(row: Any, field: Field) -> Any:
    """The value of a field; related rows stand there by their keys."""
    return keyed(field, field.value(row))


def keyed(field: Field, value: Any) -> Any:
    """A value as it is compared: related rows by their keys."""
    if field.is_many:
        return tuple(sorted(encode_key(row) for row in value or ()))
    if field.is_relation:
        return None if value is None else encode_key(value)
    return value


def is_same(field: Field, one: Any, other: Any) -> bool:
    """Whether two values are equal, or at least look so in the form."""
    if one is UNKNOWN or other is UNKNOWN:
        return False
    return bool(one == other) or _written(field, one) == _written(field, other)


def token_of(row: Any, fields: Iterable[Field]) -> tuple[str, str]:
    """The hidden field that tells a form's start: its name and its value."""
    version = version_of(row)
    if version is not None:
        return "_version", str(version)
    values = {field.name: _packed(field, value_in(row, field)) for field in fields}
    signed: Any = _serializer().dumps([type(row).__name__, encode_key(row), values])
    return "_base", signed if isinstance(signed, str) else signed.decode()


def values_at(row: Any, fields: Sequence[Field], token: str) -> Values:
    """The values that the form with this token started from."""
    version = version_of(row)
    if version is None:
        kept = _read(row, token)[0]
        return {f.name: _unpacked(f, kept[f.name]) if f.name in kept else UNKNOWN for f in fields}
    number = _number(token)
    if number is None or number > version:
        return {field.name: UNKNOWN for field in fields}
    if number == version:
        return {field.name: value_in(row, field) for field in fields}
    changes = changes_since(row, token)
    return {field.name: _before(row, field, changes) for field in fields}


def is_stale(row: Any, fields: Sequence[Field], token: str) -> bool:
    """Whether the record is another one now than when the form with this token was made."""
    version = version_of(row)
    if version is not None:
        return token != str(version)
    kept = _read(row, token)[0]
    return not kept or any(
        not is_same(field, _unpacked(field, kept[field.name]), value_in(row, field))
        for field in fields
        if field.name in kept
    )


def changes_since(row: Any, token: str) -> list[Change]:
    """What the history has since the form with this token was made, the newest first."""
    found = latest_changes(row, MAX_CHANGES)
    version = version_of(row)
    if version is not None:
        return list(_after(found, version, _number(token) or 0))
    made_at = _read(row, token)[1]
    return [change for change in found if made_at and change.operation.at >= made_at]


def latest_changes(row: Any, limit: int) -> Sequence[Change]:
    """The last changes of a record, the newest first, with who made them."""
    user = joinedload(Change.operation).joinedload(Operation.user)
    statement = (
        sa.select(Change)
        .where(Change.model == type(row).__name__, Change.row_key == encode_key(row))
        .options(user.load_only(User.first_name, User.last_name, User.username))
        .order_by(Change.id.desc())
        .limit(limit)
    )
    return db.session.scalars(statement).unique().all()


def last_change(field: Field, changes: Iterable[Change]) -> Change | None:
    """The newest of these changes that concerns a field."""
    names = _names_in_history(field)
    touching = (c for c in changes if any(n in (c.before or {}) | (c.after or {}) for n in names))
    return next(touching, None)


def _names_in_history(field: Field) -> list[str]:
    """The names that changes of a field have in the history: a relation's are its columns'."""
    if not field.is_relation or field.is_many:
        return [field.name]
    mapper: Mapper[Any] = sa.inspect(field.model)
    columns = mapper.relationships[field.name].local_columns
    return [mapper.get_property_by_column(column).key for column in columns]


def _number(token: str) -> int | None:
    """The version that a token names, if it can be one."""
    return int(token) if token.isdecimal() and len(token) <= MAX_DIGITS else None


def _after(changes: Sequence[Change], present: int, version: int) -> Iterator[Change]:
    """The changes made after a version; one by a set statement may not say which it made."""
    number = present + 1
    for change in changes:
        number = number - 1 if change.row_version is None else change.row_version
        if number <= version:
            return
        yield change


def _before(row: Any, field: Field, changes: Sequence[Change]) -> Any:
    """The value before these changes: the present one, with each of them taken back."""
    if field.is_many:
        return _links_before(row, field, changes)
    model: Any = type(row)
    kinds = {column.name: column.kind for column in recorded_columns(model)}
    names = _names_in_history(field)
    if any(name not in kinds for name in names):
        return UNKNOWN
    if not any(name in (change.before or {}) for change in changes for name in names):
        return value_in(row, field)
    stored = {name: to_stored(kinds[name], getattr(row, name)) for name in names}
    for change in changes:
        stored |= {name: text for name, text in (change.before or {}).items() if name in names}
    if field.is_relation:
        return _key_before(field, stored)
    try:
        return from_stored(kinds[field.name], stored[field.name])
    except (BadValue, ValueError):
        return UNKNOWN


def _links_before(row: Any, field: Field, changes: Sequence[Change]) -> Any:
    model: Any = type(row)
    if field.name not in {relation.key for relation in recorded_links(model)}:
        return UNKNOWN
    keys = set(value_in(row, field))
    for change in changes:
        keys -= set((change.after or {}).get(field.name) or ())
        keys |= set((change.before or {}).get(field.name) or ())
    return tuple(sorted(keys))


def _key_before(field: Field, stored: dict[str, str | None]) -> Any:
    """The key of the related row, from the texts of the columns that pointed at it."""
    mapper: Mapper[Any] = sa.inspect(field.model)
    target: Mapper[Any] = sa.inspect(field.target)
    pairs = mapper.relationships[field.name].local_remote_pairs or ()
    local = {remote: mapper.get_property_by_column(near).key for near, remote in pairs}
    if set(local) != set(target.primary_key):
        return UNKNOWN
    parts = [stored[local[column]] for column in target.primary_key]
    return None if None in parts else encode_values(parts)


def _written(field: Field, value: Any) -> Any:
    if value is None or field.is_relation:
        return value or None
    text = value if isinstance(value, Unreadable) else field.kind.to_input(value)
    return text.replace("\r\n", "\n").strip() or None


def _packed(field: Field, value: Any) -> Any:
    return value if value is None or field.is_relation else field.kind.to_input(value)


def _unpacked(field: Field, text: Any) -> Any:
    if field.is_many:
        return tuple(text)
    if text is None or field.is_relation:
        return text
    try:
        return field.kind.parse(text) if text.strip() else None
    except BadValue:
        return UNKNOWN


def _read(row: Any, token: str) -> tuple[Values, datetime.datetime | None]:
    """The values of a token and when it was made; none where the token is not of this record."""
    try:
        found, made_at = _serializer().loads(token, return_timestamp=True)
    except BadData:
        return {}, None
    model, key, values = found
    is_of_row = (model, key) == (type(row).__name__, encode_key(row))
    return (values, made_at) if is_of_row else ({}, None)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="bureau.form-base")
