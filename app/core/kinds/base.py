"""What every kind of value can do."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _

EMPTY = "—"
"""What people see where a value is empty."""


class BadValue(ValueError):
    """A value that cannot be read; its text is translated and says what to write instead."""


class Widget(enum.StrEnum):
    """The form controls; each has a macro of its name in `core/_widgets.html`."""

    TEXT = "text"
    LONGTEXT = "longtext"
    RICHTEXT = "richtext"
    EMAIL = "email"
    URL = "url"
    PHONE = "tel"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    SELECT = "select"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    JSON = "json"
    PICKER = "picker"
    MULTIPICKER = "multipicker"
    PASSWORD = "password"
    FILE = "file"
    READONLY = "readonly"


@dataclass(frozen=True)
class Kind:
    """A kind of value. Its methods take and give Python values as the model's attribute has them.

    `parse` and `from_json` raise `BadValue`; neither is given None or an empty text, which mean
    "no value" for every kind.
    """

    name: ClassVar[str] = "unknown"
    widget: ClassVar[Widget] = Widget.READONLY
    align: ClassVar[str] = "start"
    operators: ClassVar[tuple[str, ...]] = ("empty", "filled")
    is_text: ClassVar[bool] = False
    """Whether the search box looks into it."""
    is_sortable: ClassVar[bool] = False
    is_measure: ClassVar[bool] = False
    """Whether a chart can add it up."""
    is_long: ClassVar[bool] = False
    """Whether it is too long for a list."""

    def parse(self, raw: str) -> Any:
        """Read what a person typed or an address carries."""
        raise BadValue(self.expectation())

    def to_input(self, value: Any) -> str:
        """Write the value so that `parse` reads it back."""
        return str(value)

    def to_hint(self, value: Any) -> str:
        """The text whose end may stand for the value where all of it must not be seen."""
        return self.to_input(value)

    def format(self, value: Any) -> str:
        """Write the value for people, in the reader's language."""
        return str(value)

    def to_json(self, value: Any) -> Any:
        """Write the value for API clients."""
        return value if isinstance(value, (bool, int, float, str)) else self.to_input(value)

    def to_plain(self, value: Any) -> Any:
        """Write the value for API clients that want no markup in texts."""
        return self.to_json(value)

    def from_json(self, raw: Any) -> Any:
        """Read a value that an API client sent; text is read as typed text is."""
        if not isinstance(raw, str):
            raise BadValue(self.expectation())
        return self.parse(raw)

    def expectation(self) -> str:
        """What to write, as a translated sentence; the default message of a `BadValue`."""
        return _("This cannot be written here.")

    def schema(self) -> dict[str, Any]:
        """The kind as an OpenAPI 3.0 schema object."""
        return {"type": "string", "readOnly": True}

    def written_schema(self) -> dict[str, Any]:
        """What a client sends, where that is not what it gets."""
        return self.schema()

    def choices(self) -> tuple[tuple[str, Any], ...]:
        """The values to choose from and their labels, where there is a fixed set of them."""
        return ()


UNKNOWN = Kind()
"""A type that nobody taught us: shown as text, never written."""
