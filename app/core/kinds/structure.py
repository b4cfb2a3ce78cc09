"""Values with an inside: JSON, arrays, bytes and universally unique identifiers."""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _, ngettext

from app.core.kinds.base import UNKNOWN, BadValue, Kind, Widget
from app.core.kinds.text import is_storable

MAX_PREVIEW = 80
MAX_DEPTH = 50


@dataclass(frozen=True)
class Json(Kind):
    """Any JSON value (RFC 8259)."""

    name: ClassVar[str] = "json"
    widget: ClassVar[Widget] = Widget.JSON
    is_long: ClassVar[bool] = True

    def parse(self, raw: str) -> Any:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise BadValue(self.expectation()) from error
        return self.from_json(value)

    def to_input(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, raw: Any) -> Any:
        if not _is_storable(raw):
            raise BadValue(self.expectation())
        return raw

    def format(self, value: Any) -> str:
        text = json.dumps(value, ensure_ascii=False, default=str)
        return text if len(text) <= MAX_PREVIEW else text[: MAX_PREVIEW - 1] + "…"

    def expectation(self) -> str:
        return _('Write JSON, such as {"colour": "red"}.')

    def schema(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Array(Json):
    """A list of values of one kind; people write it as JSON."""

    item: Kind = UNKNOWN

    name: ClassVar[str] = "array"

    def from_json(self, raw: Any) -> Any:
        if not isinstance(raw, list):
            raise BadValue(self.expectation())
        return [None if item is None else self.item.from_json(item) for item in raw]

    def to_input(self, value: Any) -> str:
        return json.dumps(self.to_json(value), ensure_ascii=False)

    def to_json(self, value: Any) -> Any:
        return [self._each(item, self.to_json, self.item.to_json) for item in value]

    def format(self, value: Any) -> str:
        return ", ".join(self._each(item, self.format, self.item.format) or "" for item in value)

    @staticmethod
    def _each(item: Any, of_list: Callable[[Any], Any], of_one: Callable[[Any], Any]) -> Any:
        """PostgreSQL lets any array have more dimensions than it was declared with."""
        if item is None:
            return None
        return of_list(item) if isinstance(item, list) else of_one(item)

    def expectation(self) -> str:
        return _('Write a list in square brackets, such as ["red", "blue"].')

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class Uuid(Kind):
    """A universally unique identifier (RFC 9562); as text where the column gives texts."""

    is_written_as_text: bool = False

    name: ClassVar[str] = "uuid"
    widget: ClassVar[Widget] = Widget.TEXT
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "empty", "filled")
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> uuid.UUID | str:
        try:
            found = uuid.UUID(raw.strip())
        except ValueError as error:
            raise BadValue(self.expectation()) from error
        return str(found) if self.is_written_as_text else found

    def expectation(self) -> str:
        return _("Write an identifier such as 123e4567-e89b-12d3-a456-426614174000.")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uuid"}


@dataclass(frozen=True)
class Binary(Kind):
    """Bytes: their size is shown, never their content."""

    name: ClassVar[str] = "binary"
    is_long: ClassVar[bool] = True

    def format(self, value: Any) -> str:
        return ngettext("%(num)d byte", "%(num)d bytes", len(value))

    def to_input(self, value: Any) -> str:
        return ""

    def to_json(self, value: Any) -> Any:
        return {"bytes": len(value)}


def _is_storable(value: Any) -> bool:
    """Whether every database can store this JSON: PostgreSQL takes neither NUL nor NaN.

    It is not nested so deeply either that writing it would exhaust Python's stack.
    """
    waiting = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        if isinstance(item, str) and not is_storable(item):
            return False
        if isinstance(item, float) and not math.isfinite(item):
            return False
        inner = [*item, *item.values()] if isinstance(item, dict) else item
        if isinstance(inner, list):
            if depth > MAX_DEPTH:
                return False
            waiting += [(each, depth + 1) for each in inner]
    return True
