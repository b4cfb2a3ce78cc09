"""How values are written for people, in the language and time zone of the reader.

Each function gives an empty text for None, so that a template may hand over what it has.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from babel import dates, numbers
from flask_babel import get_timezone

from app.core.clock import now
from app.core.i18n import current_locale

Number = int | float | Decimal


def format_date(value: date | None, width: str = "medium") -> str:
    """A day; of a moment, the day it is in the reader's time zone."""
    if value is None:
        return ""
    day = in_timezone(value) if isinstance(value, datetime) else value
    return dates.format_date(day, width, locale=current_locale())


def format_time(value: time | datetime | None, width: str = "short") -> str:
    """A time of day; of a moment, the time it is in the reader's time zone."""
    if value is None:
        return ""
    at = in_timezone(value) if isinstance(value, datetime) else value
    return dates.format_time(at, width, locale=current_locale())


def format_datetime(value: datetime | None, width: str = "medium") -> str:
    """A moment, in the reader's time zone."""
    if value is None:
        return ""
    at = in_timezone(value)
    return dates.format_datetime(at, width, locale=current_locale())


def format_size(count: int) -> str:
    """A number of bytes: `1.2 MB`."""
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= step:
            number = numbers.format_decimal(round(count / step, 1), locale=current_locale())
            return f"{number} {unit}"
    return f"{count} B"


def format_relative(value: datetime | None) -> str:
    """How long ago, or in how long: `3 hours ago`."""
    if value is None:
        return ""
    distance = _aware(value) - now()
    return dates.format_timedelta(
        distance, threshold=1, add_direction=True, locale=current_locale()
    )


def format_interval(value: timedelta | None) -> str:
    """A length of time: `3 hours`."""
    if value is None:
        return ""
    return dates.format_timedelta(value, threshold=1, locale=current_locale())


def format_number(value: Number | None) -> str:
    """A number with its groups: `1,234,567`."""
    return "" if value is None else numbers.format_decimal(value, locale=current_locale())


def format_compact(value: Number | None) -> str:
    """A large number in a few words: `1.2 million`."""
    if value is None:
        return ""
    return numbers.format_compact_decimal(
        value, format_type="long", locale=current_locale(), fraction_digits=1
    )


def format_decimal(value: Number | None, places: int = 2) -> str:
    """A number with so many decimal places: `1,234.50`."""
    if value is None:
        return ""
    pattern = "#,##0." + "0" * places if places else "#,##0"
    return numbers.format_decimal(value, pattern, locale=current_locale())


def format_percent(value: Number | None, places: int = 0) -> str:
    """A share of one as a percentage: 0.25 is `25%`."""
    if value is None:
        return ""
    locale = current_locale()
    pattern = locale.percent_formats[None].pattern
    if places:
        pattern = pattern.replace("0", "0." + "0" * places, 1)
    return numbers.format_percent(value, pattern, locale=locale)


def format_money(value: Number | None, currency: str) -> str:
    """An amount in a currency: `€1,234.50`."""
    if value is None:
        return ""
    return numbers.format_currency(value, currency, locale=current_locale())


def in_timezone(value: datetime) -> datetime:
    """The moment as a clock on the reader's wall shows it."""
    try:
        return _aware(value).astimezone(get_timezone())
    except OverflowError:
        # At either end of the calendar there is no hour to go to.
        return _aware(value)


def _aware(value: datetime) -> datetime:
    # A database without time zones hands back UTC without saying so.
    return value if value.tzinfo else value.replace(tzinfo=UTC)
