"""Where a page of a list begins, said by the values of the row before it.

A page that begins behind a row is found by an index, however deep it lies; one that is counted
from the first row costs as much as all rows before it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.sql import ColumnElement

from app.core.kinds import BadValue, Kind
from app.core.kinds.text import is_storable

MAX_LENGTH = 2_000


@dataclass(frozen=True)
class Term:
    """One column of an order. Empty values come last, or first where the order is turned round."""

    column: Any
    kind: Kind
    descending: bool = False
    nullable: bool = True
    nulls_first: bool = False

    def turned(self) -> Term:
        """The same column in the opposite order."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def order(self) -> Any:
        """The expression for ORDER BY; it orders alike on every database."""
        ordered = self.column.desc() if self.descending else self.column.asc()
        if not self.nullable:
            return ordered
        return ordered.nulls_first() if self.nulls_first else ordered.nulls_last()

    def behind(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row comes after every row with this value."""
        if value is None:
            return self.column.is_not(None) if self.nulls_first else sa.false()
        bound = self.bound(value)
        further: ColumnElement[bool] = (
            self.column < bound if self.descending else self.column > bound
        )
        if self.nullable and not self.nulls_first:
            return sa.or_(further, self.column.is_(None))
        return further

    def same(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row has this value."""
        if value is None:
            empty: ColumnElement[bool] = self.column.is_(None)
            return empty
        found: ColumnElement[bool] = self.column == self.bound(value)
        return found

    def bound(self, value: Any) -> ColumnElement[Any]:
        """The value with the type of the column, which a bare literal may not have."""
        return sa.bindparam(None, value, type_=self.column.type)


@dataclass(frozen=True)
class Cursor:
    """A place between two rows: behind (or before) the row with these values."""

    texts: tuple[Any, ...]
    is_before: bool = False

    def parameter(self) -> tuple[str, str]:
        """This place as a parameter of an address."""
        return "before" if self.is_before else "after", _token(self.texts)

    @classmethod
    def parse(cls, token: str, *, is_before: bool) -> Cursor:
        """Read what `write` made; raises `BadValue` for anything else."""
        try:
            if len(token) > MAX_LENGTH:
                raise ValueError
            padded = token.encode("ascii") + b"=" * (-len(token) % 4)
            texts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error, RecursionError) as error:
            raise _bad() from error
        if not isinstance(texts, list) or any(isinstance(t, (list, dict)) for t in texts):
            raise _bad()
        return cls(tuple(texts), is_before)

    @classmethod
    def at(cls, terms: Sequence[Term], values: Sequence[Any], *, is_before: bool) -> Cursor:
        """The place behind (or before) a row with these values."""
        texts = (
            None if value is None else _plain(term.kind, value)
            for term, value in zip(terms, values, strict=True)
        )
        return cls(tuple(texts), is_before)

    def values(self, terms: Sequence[Term]) -> tuple[Any, ...]:
        """The values for these columns; raises `BadValue` where they are of another order."""
        if len(self.texts) != len(terms):
            raise _bad()
        return tuple(
            None if text is None else _read(term.kind, text)
            for term, text in zip(terms, self.texts, strict=True)
        )


def behind(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """The condition that a row comes after the row with these values.

    Where all columns run in one direction and none is empty the database compares whole rows,
    which an index answers at once. Else the first column is asked for separately, so that an
    index on it alone still finds where to begin.
    """
    if len({term.descending for term in terms}) == 1 and not any(term.nullable for term in terms):
        columns = sa.tuple_(*(term.column for term in terms))
        bounds = sa.tuple_(*(term.bound(value) for term, value in zip(terms, values, strict=True)))
        whole: ColumnElement[bool] = columns < bounds if terms[0].descending else columns > bounds
        return whole
    condition: ColumnElement[bool] = sa.false()
    for term, value in reversed(list(zip(terms, values, strict=True))):
        condition = sa.or_(term.behind(value), sa.and_(term.same(value), condition))
    first, value = terms[0], values[0]
    return sa.and_(sa.or_(first.behind(value), first.same(value)), condition)


def _token(texts: Sequence[Any]) -> str:
    text = json.dumps(texts, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(kind: Kind, value: Any) -> Any:
    return value if kind.is_text and isinstance(value, str) else kind.to_json(value)


def _read(kind: Kind, text: Any) -> Any:
    # A text is taken as it is: reading it as typed would trim it, and miss the row.
    if kind.is_text:
        if not isinstance(text, str) or not is_storable(text):
            raise _bad()
        return text
    try:
        return kind.from_json(text)
    except BadValue as error:
        raise _bad() from error


def _bad() -> BadValue:
    return BadValue(_("This is no place in this list. Begin again at its first page."))
