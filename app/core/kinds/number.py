"""Numbers: whole, exact, floating, money and percentages."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.core.formats import current_formats, format_number
from app.core.kinds.base import BadValue, Kind, Widget

COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le", "between", "empty", "filled")


# Python also reads underscores and the digits of other scripts, which no input field writes.
_WRITTEN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
# What a number without declared limits may have before and after its point: SQLite keeps it as a
# floating-point number, and PostgreSQL not many more decimals.
_MAX_WHOLE, _MAX_DECIMALS = 300, 300
# Between these a floating-point number is written out, beyond them as a power of ten.
_SMALLEST, _LARGEST = 0.001, 1e15


@dataclass(frozen=True)
class _Number(Kind):
    widget: ClassVar[Widget] = Widget.NUMBER
    align: ClassVar[str] = "end"
    operators: ClassVar[tuple[str, ...]] = COMPARISONS
    is_sortable: ClassVar[bool] = True
    is_measure: ClassVar[bool] = True

    def from_json(self, raw: Any) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
            raise BadValue(self.expectation())
        return self.parse(str(raw))

    def expectation(self) -> str:
        return _("Write a number.")


@dataclass(frozen=True)
class Integer(_Number):
    """A whole number that fits into `bits` bits."""

    bits: int = 64
    is_grouped: bool = True
    """Whether thousands are set apart; not in a year or a key."""

    name: ClassVar[str] = "integer"

    def parse(self, raw: str) -> int:
        text = raw.strip()
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit():
            raise BadValue(self.expectation())
        limit = 2 ** (self.bits - 1)
        number = int(text) if len(text) < 40 else limit
        if not -limit <= number < limit:
            raise BadValue(_("This number is too large to be stored."))
        return number

    def format(self, value: Any) -> str:
        return format_number(value) if self.is_grouped else str(value)

    def expectation(self) -> str:
        return _("Write a whole number, without a decimal point.")

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "format": "int64" if self.bits > 32 else "int32"}


@dataclass(frozen=True)
class Decimals(_Number):
    """An exact number with at most `scale` decimals and `precision` digits in all."""

    precision: int | None = None
    scale: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    name: ClassVar[str] = "decimal"

    def parse(self, raw: str) -> Decimal:
        if not _WRITTEN.fullmatch(raw.strip()):
            raise BadValue(self.expectation())
        number = Decimal(raw.strip())
        self._check_size(number)
        return number

    def _check_size(self, number: Decimal) -> None:
        scale = _MAX_DECIMALS if self.scale is None else self.scale
        if -int(number.as_tuple().exponent) > scale:
            raise BadValue(_("Use at most %(count)d decimals.", count=scale))
        whole = _MAX_WHOLE if self.precision is None else self.precision - (self.scale or 0)
        if number.adjusted() >= whole:
            raise BadValue(_("This number is too large to be stored."))
        if self.minimum is not None and number < self.minimum:
            raise BadValue(_("Write %(limit)s or more.", limit=format_number(self.minimum)))
        if self.maximum is not None and number > self.maximum:
            raise BadValue(_("Write %(limit)s or less.", limit=format_number(self.maximum)))

    def to_input(self, value: Any) -> str:
        return format(value, "f") if isinstance(value, Decimal) else str(value)

    def format(self, value: Any) -> str:
        if not math.isfinite(value):
            return str(value)
        # Without a declared scale every digit is shown.
        if self.scale is None or self.scale > 4:
            return current_formats().exact(value)
        return current_formats().decimal(value, self.scale)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "decimal"}


@dataclass(frozen=True)
class Money(Decimals):
    """An amount of money, never below zero."""

    minimum: Decimal | None = Decimal(0)

    name: ClassVar[str] = "money"


@dataclass(frozen=True)
class Percent(Decimals):
    """A percentage from 0 to 100."""

    minimum: Decimal | None = Decimal(0)
    maximum: Decimal | None = Decimal(100)

    name: ClassVar[str] = "percent"

    def format(self, value: Any) -> str:
        return _("%(number)s %%", number=format_number(value))


@dataclass(frozen=True)
class Float(_Number):
    """A floating-point number."""

    name: ClassVar[str] = "float"

    def parse(self, raw: str) -> float:
        number = float(raw.strip()) if _WRITTEN.fullmatch(raw.strip()) else math.nan
        if not math.isfinite(number):
            raise BadValue(self.expectation())
        return number

    def to_input(self, value: Any) -> str:
        return repr(float(value))

    def format(self, value: Any) -> str:
        if not math.isfinite(value):
            return str(value)
        # Written out, the one would have no end and the other would be nothing but zeros.
        if value and not _SMALLEST <= abs(value) < _LARGEST:
            return current_formats().scientific(value)
        return format_number(value)

    def to_json(self, value: Any) -> Any:
        """Write what is no number for JSON as text."""
        return value if math.isfinite(value) else str(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}
