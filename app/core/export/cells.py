"""Values as files hold them: numbers as numbers, dates as dates, all else as people read it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask_babel import get_timezone

from app.core.fields import Field, encode_key, title_of
from app.core.kinds.base import Kind

Cell = str | bool | int | float | Decimal | datetime.date | datetime.time | None
Reader = Callable[[Any], Any]

AS_THEY_ARE = frozenset(
    {"integer", "decimal", "money", "percent", "float", "boolean", "date", "datetime", "time"}
)
IN_WORDS = frozenset({"enum", "binary", "masked", "unknown"})
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula; the wide ones are typed in Japanese."""


def cell_reader(field: Field) -> Callable[[Any], Cell]:
    """A function that gives the field's value in a row as a cell; chosen once, used for all rows.

    Choices and relations are in words. A moment is in the reader's time zone.
    """
    if field.is_many:
        return _filled(field, lambda rows: ", ".join(title_of(row) for row in rows))
    if field.is_relation:
        return _filled(field, title_of)
    return _filled(field, _cell_of(field.kind))


def json_reader(field: Field) -> Reader:
    """A function that gives the field's value in a row as the REST API gives it."""
    if field.is_many:
        return lambda row: [_link(item) for item in field.value(row)]
    return _filled(field, _link if field.is_relation else field.kind.to_json)


def neutralise(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    Spaces and marks that nobody sees may be dropped on the way there.
    """
    seen = (character for character in text if character.isprintable() and character != " ")
    begins = next((character for character in seen if not character.isspace()), "")
    is_formula = begins in FORMULA_STARTS or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text


def _filled(field: Field, convert: Reader) -> Reader:
    def read(row: Any) -> Any:
        value = field.value(row)
        return None if value is None else convert(value)

    return read


def _cell_of(kind: Kind) -> Reader:
    if kind.name in AS_THEY_ARE:
        return _itself
    match kind.name:
        case "moment":
            # The zone is looked up once, because every row of a file is read by the same person.
            zone = get_timezone()
            return lambda value: value.astimezone(zone)
        case "interval":
            return lambda value: value.total_seconds()
        case "file":
            return lambda value: value.name
        case "json" | "array":
            return lambda value: json.dumps(kind.to_json(value), ensure_ascii=False, default=str)
    return kind.format if kind.name in IN_WORDS else str


def _itself(value: Any) -> Any:
    return value


def _link(row: Any) -> dict[str, str]:
    return {"key": encode_key(row), "text": title_of(row)}
