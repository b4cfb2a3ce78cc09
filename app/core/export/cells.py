"""Values as files hold them: numbers as numbers, dates as dates, all else as people read it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask_babel import get_timezone

from app.core.export.base import Convert
from app.core.fields import Field, Ref
from app.core.kinds.base import Kind

Cell = str | bool | int | float | Decimal | datetime.date | datetime.time | None

AS_THEY_ARE = frozenset(
    {"integer", "decimal", "money", "percent", "float", "boolean", "date", "datetime", "time"}
)
IN_WORDS = frozenset({"binary", "masked", "unknown"})
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula; the wide ones are typed in Japanese."""
KEPT_WORDS = 1000


def cells_of(field: Field) -> Convert:
    """A function that makes cells of the field's values; chosen once, used for all rows.

    Choices and relations are in words. A moment is in the reader's time zone.
    """
    if field.is_many:
        return lambda column: [", ".join([ref.title for ref in many.refs]) for many in column]
    if field.is_relation:
        return lambda column: [None if ref is None else ref.title for ref in column]
    return _cells_of(field.kind)


def json_of(field: Field) -> Convert:
    """A function that makes of the field's values what the REST API gives."""
    if field.is_many:
        return lambda column: [[_link(ref) for ref in many.refs] for many in column]
    return _each(_link if field.is_relation else field.kind.to_json)


def neutralise(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Spaces and marks that nobody sees may be dropped on the way there.
    """
    # Nearly every text begins with something that is not dropped, which decides.
    if text[:1].isalnum():
        return text
    if text.startswith(FORMULA_STARTS):
        return f"'{text}"
    seen = (character for character in text if character.isprintable() and character != " ")
    begins = next((character for character in seen if not character.isspace()), "")
    is_formula = begins in FORMULA_STARTS or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text


def _each(convert: Callable[[Any], Any]) -> Convert:
    return lambda column: [None if value is None else convert(value) for value in column]


def _cells_of(kind: Kind) -> Convert:
    if kind.name in AS_THEY_ARE or kind.is_text:
        return _itself
    match kind.name:
        case "enum":
            # A choice has few values, and its words are looked up in a catalogue.
            return _each(lru_cache(KEPT_WORDS)(kind.format))
        case "moment":
            # The zone is looked up once, because every row of a file is read by the same person.
            zone = get_timezone()
            return _each(lambda value: value.astimezone(zone))
        case "interval":
            return _each(lambda value: value.total_seconds())
        case "file":
            return _each(lambda value: value.name)
        case "json" | "array":
            encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
            return _each(lambda value: encode(kind.to_json(value)))
    return _each(kind.format if kind.name in IN_WORDS else str)


def _itself(column: Iterable[Any]) -> Iterable[Any]:
    return column


def _link(ref: Ref) -> dict[str, str]:
    return {"key": ref.key, "text": ref.title}
