"""Numbers: a function for each pattern of a language, which writes what Babel would.

Babel reads its pattern and looks its symbols up anew for every number; a list has hundreds.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Any

from babel import Locale, numbers
from babel.numbers import NumberPattern

Writer = Callable[[Any], str]

# Python's decimals have 28 digits by default, and databases keep longer numbers.
_WIDE = Context(prec=600)
_LARGEST = 300
_THOUSANDS = (3, 3)


@dataclass(frozen=True)
class _Shape:
    """What is fixed of the numbers that a pattern writes."""

    before: tuple[str, str]
    after: tuple[str, str]
    """What surrounds a number from zero on, and one below zero."""
    group: str
    point: str
    grouping: tuple[int, int]
    places: tuple[int, int]
    scale: int

    def cut(self, digits: str) -> str:
        """Set the groups of `digits` apart, which Python has done with commas."""
        if self.grouping == _THOUSANDS:
            return digits.replace(",", self.group)
        digits, size, groups = digits.replace(",", ""), self.grouping[0], [""]
        while len(digits) > size:
            groups.insert(1, digits[-size:])
            digits, size = digits[:-size], self.grouping[1]
        groups[0] = digits
        return self.group.join(groups)


def decimal_writer(locale: Locale, places: int | None = None) -> Writer:
    """Numbers with so many decimals; without `places`, up to three where they are not zero."""
    return _writer(_with_places(locale.decimal_formats[None], places), locale)


def exact_writer(locale: Locale) -> Writer:
    """Numbers with all decimals that they have."""
    return _writer(locale.decimal_formats[None], locale, is_exact=True)


def percent_writer(locale: Locale, places: int = 0) -> Writer:
    """Shares of one as percentages with so many decimals."""
    return _writer(_with_places(locale.percent_formats[None], places), locale)


def money_writer(locale: Locale, currency: str) -> Writer:
    """Amounts in a currency, with as many decimals as it has."""
    places = numbers.get_currency_precision(currency)
    pattern = _with_places(locale.currency_formats["standard"], places)
    return _writer(pattern, locale, currency)


def _with_places(pattern: NumberPattern, places: int | None) -> NumberPattern:
    if places is None:
        return pattern
    # The patterns belong to Babel, which gives the same one to everybody.
    changed = copy(pattern)
    changed.frac_prec = (places, places)
    return changed


def _writer(
    pattern: NumberPattern, locale: Locale, currency: str = "", *, is_exact: bool = False
) -> Writer:
    def by_babel(value: Any) -> str:
        with localcontext(_WIDE):
            return str(
                pattern.apply(
                    value, locale, currency=currency or None, decimal_quantization=not is_exact
                )
            )

    shape = _shape(pattern, locale, currency)
    return _written(shape, by_babel, is_exact=is_exact) if shape else by_babel


def _shape(pattern: NumberPattern, locale: Locale, currency: str) -> _Shape | None:
    """The fixed parts of a pattern; None for one with a meaning that is not known here."""
    symbol = numbers.get_currency_symbol(currency, locale) if currency else ""
    # Two of them would stand for the code of the currency, and three for its name.
    around = [text.replace("¤", symbol, 1) for text in (*pattern.prefix, *pattern.suffix)]
    group, point = numbers.get_group_symbol(locale), numbers.get_decimal_symbol(locale)
    is_known = (
        not pattern.exp_prec
        and "@" not in pattern.pattern
        and pattern.int_prec[0] <= 1
        # Babel takes quotes out of the whole text in the end, wherever they came from.
        and not any("'" in text or "¤" in text for text in (*around, group, point))
    )
    if not is_known:
        return None
    return _Shape(
        (around[0], around[1]),
        (around[2], around[3]),
        group,
        point,
        pattern.grouping,
        pattern.frac_prec,
        pattern.scale,
    )


def _written(shape: _Shape, by_babel: Writer, *, is_exact: bool) -> Writer:
    before, after, point, scale = shape.before, shape.after, shape.point, shape.scale
    fewest, most = shape.places
    tail = f"{point}{'0' * fewest}" if fewest else ""
    digits = ",f" if is_exact else f",.{most}f"

    def write(value: Any) -> str:
        if type(value) is int and not scale:
            sign = value < 0
            return f"{before[sign]}{shape.cut(f'{abs(value):,}')}{tail}{after[sign]}"
        number = _decimal(value)
        if number is None or number.adjusted() > _LARGEST:
            return by_babel(value)
        sign = number.is_signed()
        number = number.scaleb(scale, _WIDE) if scale else number
        whole, _, rest = format(number.copy_abs(), digits).partition(".")
        rest = rest[:fewest] + rest[fewest:].rstrip("0")
        rest = f"{point}{rest}" if rest else ""
        return f"{before[sign]}{shape.cut(whole)}{rest}{after[sign]}"

    return write


def _decimal(value: Any) -> Decimal | None:
    """The exact number that was written, as Babel takes it; None for what is no plain number."""
    if type(value) is float:
        value = Decimal(repr(value))
    elif type(value) is int:
        value = Decimal(value)
    return value if type(value) is Decimal and value.is_finite() else None
