"""Column types that say what a value is, not only how it is stored.

A type decides how a column is stored, checked, shown, filtered and described to API clients,
because `app.core.kinds` finds the kind of a field from the type of its column.
"""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from app.core.files.sniff import PICTURES, TYPES
from app.core.files.stored import StoredFile

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64-bit key; plain INTEGER on SQLite, where only that type counts up by itself."""

MAX_FILE_BYTES = 10_000_000
MAX_PICTURE_PIXELS = 25_000_000

Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""Any JSON value; JSONB on PostgreSQL."""


class Str(TypeDecorator[str]):
    """Text of at most `length` characters, trimmed; an empty text is stored as NULL."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return (value.strip() or None) if value is not None else None


class Email(Str):
    """A mail address, lower-cased (RFC 5321 allows at most 254 characters)."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(254)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        text = super().process_bind_param(value, dialect)
        return text.lower() if text else text


class Phone(Str):
    """A telephone number as E.164 writes it: `+` and at most 15 digits."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(20)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        text = super().process_bind_param(value, dialect)
        return re.sub(r"[\s()./-]", "", text) if text else text


class Html(TypeDecorator[str]):
    """Rich text; `app.core.kinds` sanitises it before it is saved."""

    impl = sa.Text
    cache_ok = True


class Money(TypeDecorator[Decimal]):
    """An amount with two decimals, below ten thousand million."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self, precision: int = 12, scale: int = 2) -> None:
        super().__init__(precision, scale)


class Percent(TypeDecorator[Decimal]):
    """A percentage from 0 to 100 with two decimals."""

    impl = sa.Numeric
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(5, 2)


class UtcTime(TypeDecorator[datetime.datetime]):
    """A moment: an aware datetime, always UTC in Python and in the database."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a UtcTime column takes aware datetimes only")
        moment = value.astimezone(datetime.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self, value: datetime.datetime | None, dialect: Dialect
    ) -> datetime.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=datetime.UTC)
        return value.astimezone(datetime.UTC)


class Upload(TypeDecorator[StoredFile]):
    """A file of one of these types: what is known of it stands here, and the file in a folder.

    `types` are names of `app.core.files.sniff.TYPES`; all of them where none are given. A picture
    is drawn anew, without what is hidden in it, and has at most `max_pixels`.
    """

    impl = sa.JSON
    cache_ok = True

    def __init__(
        self,
        types: Sequence[str] = tuple(TYPES),
        max_bytes: int = MAX_FILE_BYTES,
        max_pixels: int = MAX_PICTURE_PIXELS,
    ) -> None:
        super().__init__(none_as_null=True)
        unknown = set(types) - set(TYPES)
        if unknown:
            raise TypeError(f"no such types of files: {', '.join(sorted(unknown))}")
        self.types = tuple(types)
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.JSONB(none_as_null=True))
        return dialect.type_descriptor(sa.JSON(none_as_null=True))

    def process_bind_param(self, value: StoredFile | None, dialect: Dialect) -> Any:
        return None if value is None else value.to_dict()

    def process_result_value(self, value: Any, dialect: Dialect) -> StoredFile | None:
        return None if value is None else StoredFile.from_dict(value)


class Picture(Upload):
    """A picture; drawn anew, without what is hidden in it."""

    cache_ok = True

    def __init__(
        self, max_bytes: int = MAX_FILE_BYTES, max_pixels: int = MAX_PICTURE_PIXELS
    ) -> None:
        super().__init__(PICTURES, max_bytes, max_pixels)


def choice(members: type[enum.Enum], **options: Any) -> sa.Enum:
    """A column type for one of the members of `members`: a string with a CHECK.

    The member's value is stored; its name gives the label people see.
    """
    return sa.Enum(
        members,
        native_enum=False,
        create_constraint=True,
        length=max(len(str(member.value)) for member in members),
        values_callable=lambda found: [str(member.value) for member in found],
        **options,
    )
