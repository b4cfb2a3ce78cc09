"""Values out of a fixed set: yes or no, and the members of an enumeration."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.core.kinds.base import BadValue, Kind, Widget
from app.core.labels import humanise, label

TRUE_WORDS = frozenset({"1", "true", "yes", "on", "y", "t"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", "n", "f"})


@dataclass(frozen=True)
class Boolean(Kind):
    """Yes or no."""

    name: ClassVar[str] = "boolean"
    widget: ClassVar[Widget] = Widget.CHECKBOX
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "filled")
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> bool:
        word = raw.strip().lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        raise BadValue(self.expectation())

    def to_input(self, value: Any) -> str:
        return "true" if value else "false"

    def format(self, value: Any) -> str:
        return _("Yes") if value else _("No")

    def from_json(self, raw: Any) -> Any:
        if not isinstance(raw, bool):
            raise BadValue(self.expectation())
        return raw

    def to_json(self, value: Any) -> Any:
        return bool(value)

    def expectation(self) -> str:
        return _("Write true or false.")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def choices(self) -> tuple[tuple[str, Any], ...]:
        return (("true", _("Yes")), ("false", _("No")))


@dataclass(frozen=True)
class Choice(Kind):
    """One member of a Python enumeration, or one of a plain list of texts."""

    members: tuple[enum.Enum | str, ...] = ()

    name: ClassVar[str] = "enum"
    widget: ClassVar[Widget] = Widget.SELECT
    operators: ClassVar[tuple[str, ...]] = ("any", "none", "empty", "filled")
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> Any:
        for member in self.members:
            if self.to_input(member) == raw:
                return member
        raise BadValue(self.expectation())

    def to_input(self, value: Any) -> str:
        return str(value.value) if isinstance(value, enum.Enum) else str(value)

    def to_json(self, value: Any) -> Any:
        return self.to_input(value)

    def format(self, value: Any) -> str:
        return str(self._label(value))

    def _label(self, member: Any) -> Any:
        # A plain text of an adopted database is data, which only its owner could translate.
        return label(humanise(member.name)) if isinstance(member, enum.Enum) else str(member)

    def expectation(self) -> str:
        return _(
            "Choose one of: %(choices)s.",
            choices=", ".join(self.to_input(member) for member in self.members),
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": [self.to_input(member) for member in self.members]}

    def choices(self) -> tuple[tuple[str, Any], ...]:
        return tuple((self.to_input(member), self._label(member)) for member in self.members)
