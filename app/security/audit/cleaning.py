"""What may enter a security event: short texts without control characters, and no secrets."""

from __future__ import annotations

import datetime
import enum
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

MAX_TEXT = 500
MAX_ITEMS = 200
MAX_DEPTH = 4
HIDDEN = "***"

_SECRET = re.compile(
    r"(^|_)(passw(or)?d|passphrase|secret|token|otp|totp|code|codes|cookie|hash|digest|salt|"
    r"authorization|credential|private|signature)(_|$)"
)
# Marks that turn the direction of what follows would let one text look like another.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_secret(name: str) -> bool:
    """Whether a value of this name must never be kept."""
    return _SECRET.search(name.lower()) is not None


def clean_text(value: Any, limit: int = MAX_TEXT) -> str:
    """One line of visible text; line breaks and control characters are spelt out.

    So an event can fake no second one, wherever it is printed.
    """
    text = "".join(_spelt(character) for character in str(value)[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def short(value: Any, limit: int) -> str | None:
    """The same for a column; nothing stays nothing."""
    return clean_text(value, limit) or None if value is not None else None


def clean_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details as every database gives them back: plain JSON without a secret in it."""
    return {
        clean_text(name): HIDDEN if is_secret(str(name)) else _clean(value, MAX_DEPTH)
        for name, value in details.items()
        if value is not None
    }


def _clean(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return clean_text(value.value)
    if isinstance(value, int):
        # Larger numbers would not come back from every reader of JSON as they went in.
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, Mapping) and depth:
        names = list(value)[:MAX_ITEMS]
        return {
            clean_text(name): HIDDEN if is_secret(str(name)) else _clean(value[name], depth - 1)
            for name in names
        }
    if isinstance(value, (list, tuple, set, frozenset)) and depth:
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
        return _shortened([_clean(item, depth - 1) for item in items[:MAX_ITEMS]], len(items))
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return clean_text(value)


def _shortened(items: list[Any], count: int) -> list[Any]:
    return items if count == len(items) else [*items, f"… {count - len(items)}"]


def _spelt(character: str) -> str:
    if character in _TURNING or unicodedata.category(character) in _UNSEEN:
        return f"\\u{ord(character):04x}"
    return character
