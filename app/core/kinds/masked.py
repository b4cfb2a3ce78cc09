"""A value of which only the last characters are shown: an account number, a telephone number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.core.kinds.base import Kind

BULLETS = "••••"
SHOWN = 4


class MaskedText(str):
    """A text that was masked already; what people typed is never taken for one."""

    __slots__ = ()


@dataclass(frozen=True)
class Masked(Kind):
    """The end of another kind's value; it cannot be searched, sorted, filtered or written."""

    of: Kind

    name: ClassVar[str] = "masked"
    operators: ClassVar[tuple[str, ...]] = ()

    def mask(self, value: Any) -> MaskedText:
        """Bullets and the last four characters; of a short value at most its half."""
        if isinstance(value, MaskedText):
            return value
        text = value if isinstance(value, str) else self.of.to_hint(value)
        count = min(SHOWN, len(text) // 2)
        return MaskedText(f"{BULLETS} {text[-count:]}" if count else BULLETS)

    def to_input(self, value: Any) -> str:
        return self.mask(value)

    def format(self, value: Any) -> str:
        return self.mask(value)

    def to_json(self, value: Any) -> Any:
        return str(self.mask(value))

    def expectation(self) -> str:
        return _("You see only the end of this, so you cannot write it.")
