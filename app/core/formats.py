"""How values are written for people, in the language and time zone of the reader.

Whoever writes many values asks once for the reader's `Formats`, with `current_formats()`; the
functions at the end write one. All give an empty text for None, so that a template may hand over
what it has.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale, numbers
from flask.globals import app_ctx
from flask_babel import get_timezone

from app.core.clock import now
from app.core.i18n import current_locale
from app.core.patterns.dates import date_writer, datetime_writer, skeleton_writer, time_writer
from app.core.patterns.numbers import decimal_writer, exact_writer, money_writer, percent_writer
from app.core.patterns.spans import span_writer

Number = int | float | Decimal


class Formats:
    """All formats of one language in one time zone; nothing of it changes once it is made."""

    def __init__(self, locale: Locale, timezone: datetime.tzinfo) -> None:
        self.locale = locale
        self.timezone = timezone
        self._number = decimal_writer(locale)
        self._exact = exact_writer(locale)
        # Few widths, places and currencies are in use, but a currency may come from a record.
        self._decimal = lru_cache(maxsize=32)(partial(decimal_writer, locale))
        self._percent = lru_cache(maxsize=32)(partial(percent_writer, locale))
        self._money = lru_cache(maxsize=64)(partial(money_writer, locale))
        self._date = lru_cache(maxsize=16)(partial(date_writer, locale))
        self._time = lru_cache(maxsize=16)(partial(time_writer, locale))
        self._datetime = lru_cache(maxsize=16)(partial(datetime_writer, locale))
        self._skeleton = lru_cache(maxsize=16)(partial(skeleton_writer, locale))
        self._interval = span_writer(locale, has_direction=False)
        self._relative = span_writer(locale, has_direction=True)

    def number(self, value: Number | None) -> str:
        """A number with its groups, and up to three decimals: `1,234,567`."""
        return "" if value is None else self._number(value)

    def exact(self, value: Number | None) -> str:
        """A number with its groups and all its decimals: `1,234.00005`."""
        return "" if value is None else self._exact(value)

    def decimal(self, value: Number | None, places: int = 2) -> str:
        """A number with so many decimal places: `1,234.50`."""
        return "" if value is None else self._decimal(places)(value)

    def scientific(self, value: Number | None) -> str:
        """A number as a power of ten: `1.5E-7`."""
        return "" if value is None else numbers.format_scientific(value, locale=self.locale)

    def compact(self, value: Number | None) -> str:
        """A large number in a few words: `1.2 million`."""
        if value is None:
            return ""
        return numbers.format_compact_decimal(
            value, format_type="long", locale=self.locale, fraction_digits=1
        )

    def percent(self, value: Number | None, places: int = 0) -> str:
        """A share of one as a percentage: 0.25 is `25%`."""
        return "" if value is None else self._percent(places)(value)

    def money(self, value: Number | None, currency: str) -> str:
        """An amount in a currency: `€1,234.50`."""
        return "" if value is None else self._money(currency)(value)

    def size(self, count: int) -> str:
        """A number of bytes: `1.2 MB`."""
        for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
            if count >= step:
                return f"{self.number(round(count / step, 1))} {unit}"
        return f"{count} B"

    def date(self, value: datetime.date | None, width: str = "medium") -> str:
        """A day; of a moment, the day it is in the reader's time zone."""
        if value is None:
            return ""
        day = self.local(value) if isinstance(value, datetime.datetime) else value
        return self._date(width)(day)

    def day_in_parts(self, value: datetime.date, skeleton: str) -> str:
        """Some parts of a day: with the skeleton `yMMM`, `Apr 2026`."""
        return self._skeleton(skeleton)(value)

    def time(self, value: datetime.time | datetime.datetime | None, width: str = "short") -> str:
        """A time of day; of a moment, the time it is in the reader's time zone."""
        if value is None:
            return ""
        at = self.local(value) if isinstance(value, datetime.datetime) else value
        return self._time(width)(at)

    def moment(self, value: datetime.datetime | None, width: str = "medium") -> str:
        """A moment, in the reader's time zone."""
        return "" if value is None else self._datetime(width)(self.local(value))

    def date_and_time(self, value: datetime.datetime | None, width: str = "medium") -> str:
        """A date with a time, as it was written down: of no time zone, or of its own."""
        return "" if value is None else self._datetime(width)(value)

    def relative(self, value: datetime.datetime | None) -> str:
        """How long ago, or in how long: `3 hours ago`."""
        return "" if value is None else self._relative(_aware(value) - now(), 1)

    def interval(self, value: datetime.timedelta | None, threshold: float = 1) -> str:
        """A length of time: `3 hours`; a unit is used from `threshold` times its length on."""
        return "" if value is None else self._interval(value, threshold)

    def local(self, value: datetime.datetime) -> datetime.datetime:
        """The moment as a clock on the reader's wall shows it."""
        try:
            return _aware(value).astimezone(self.timezone)
        except OverflowError:
            # At either end of the calendar there is no hour to go to.
            return _aware(value)


@lru_cache(maxsize=256)
def formats_for(locale: str, timezone: str) -> Formats:
    """The formats of a language (`pt_BR`) in a time zone (`Europe/Lisbon`), made once."""
    return Formats(Locale.parse(locale), ZoneInfo(timezone))


class _Held(NamedTuple):
    """The formats of this request, with the choice that they were made for."""

    locale: Locale
    timezone: datetime.tzinfo | None
    formats: Formats


def current_formats() -> Formats:
    """The formats of whoever reads: who made the request, or who is named by `as_reader`."""
    context = app_ctx.g
    held: _Held | None = getattr(context, "bureau_formats", None)
    # What Flask-Babel has chosen changes within a request: a mail is written for somebody else.
    # It keeps its choice there; asking it in words would cost more than most values.
    chosen = vars(getattr(context, "_flask_babel", None) or _Nothing)
    if (
        held is None
        or chosen.get("babel_locale") is not held.locale
        or chosen.get("babel_tzinfo") is not held.timezone
    ):
        locale, timezone = current_locale(), get_timezone()
        held = _Held(locale, timezone, formats_for(str(locale), str(timezone)))
        context.bureau_formats = held
    return held.formats


class _Nothing:
    """Where Flask-Babel has not yet been asked."""


def format_date(value: datetime.date | None, width: str = "medium") -> str:
    """A day; of a moment, the day it is in the reader's time zone."""
    return current_formats().date(value, width)


def format_time(value: datetime.time | datetime.datetime | None, width: str = "short") -> str:
    """A time of day; of a moment, the time it is in the reader's time zone."""
    return current_formats().time(value, width)


def format_datetime(value: datetime.datetime | None, width: str = "medium") -> str:
    """A moment, in the reader's time zone."""
    return current_formats().moment(value, width)


def format_size(count: int) -> str:
    """A number of bytes: `1.2 MB`."""
    return current_formats().size(count)


def format_relative(value: datetime.datetime | None) -> str:
    """How long ago, or in how long: `3 hours ago`."""
    return current_formats().relative(value)


def format_interval(value: datetime.timedelta | None) -> str:
    """A length of time: `3 hours`."""
    return current_formats().interval(value)


def format_number(value: Number | None) -> str:
    """A number with its groups: `1,234,567`."""
    return current_formats().number(value)


def format_compact(value: Number | None) -> str:
    """A large number in a few words: `1.2 million`."""
    return current_formats().compact(value)


def format_decimal(value: Number | None, places: int = 2) -> str:
    """A number with so many decimal places: `1,234.50`."""
    return current_formats().decimal(value, places)


def format_percent(value: Number | None, places: int = 0) -> str:
    """A share of one as a percentage: 0.25 is `25%`."""
    return current_formats().percent(value, places)


def format_money(value: Number | None, currency: str) -> str:
    """An amount in a currency: `€1,234.50`."""
    return current_formats().money(value, currency)


def in_timezone(value: datetime.datetime) -> datetime.datetime:
    """The moment as a clock on the reader's wall shows it."""
    return current_formats().local(value)


def _aware(value: datetime.datetime) -> datetime.datetime:
    # A database without time zones hands back UTC without saying so.
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
