"""Links to other rows. The gate loads and checks the rows; the kind only says how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.core.kinds.base import BadValue, Kind, Widget


@dataclass(frozen=True)
class Relation(Kind):
    """One row of another model."""

    name: ClassVar[str] = "relation"
    widget: ClassVar[Widget] = Widget.PICKER
    operators: ClassVar[tuple[str, ...]] = ("any", "none", "empty", "filled")
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> Any:
        return raw

    def from_json(self, raw: Any) -> Any:
        """Take a key as a number, as text, or inside the object that reading gives."""
        if isinstance(raw, dict):
            raw = raw.get("key")
        if isinstance(raw, bool) or not isinstance(raw, (int, str)) or raw == "":
            raise BadValue(self.expectation())
        return str(raw)

    def expectation(self) -> str:
        return _("Choose a record that exists.")

    def schema(self) -> dict[str, Any]:
        properties = {"key": {"type": "string"}, "text": {"type": "string"}}
        return {"type": "object", "properties": properties}


@dataclass(frozen=True)
class Relations(Relation):
    """Many rows of another model."""

    name: ClassVar[str] = "relations"
    widget: ClassVar[Widget] = Widget.MULTIPICKER
    operators: ClassVar[tuple[str, ...]] = ("any", "none", "empty", "filled")
    is_sortable: ClassVar[bool] = False

    def from_json(self, raw: Any) -> Any:
        if not isinstance(raw, list):
            raise BadValue(_("Write a list of keys."))
        return [super(Relations, self).from_json(item) for item in raw]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": super().schema()}
