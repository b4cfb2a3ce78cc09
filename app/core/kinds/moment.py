"""Dates, times, moments and spans of time."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.core.formats import current_formats
from app.core.kinds.base import BadValue, Kind, Widget
from app.core.kinds.number import COMPARISONS, Decimals

MICROSECOND = datetime.timedelta(microseconds=1)
# SQLite keeps a span as the moment that lies so far from 1970, which must be in the calendar.
MAX_SECONDS = 60_000_000_000


@dataclass(frozen=True)
class Date(Kind):
    """A day of the calendar (ISO 8601: 2026-11-20)."""

    name: ClassVar[str] = "date"
    widget: ClassVar[Widget] = Widget.DATE
    operators: ClassVar[tuple[str, ...]] = COMPARISONS
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> datetime.date:
        try:
            return datetime.date.fromisoformat(raw.strip())
        except ValueError as error:
            raise BadValue(self.expectation()) from error

    def to_input(self, value: Any) -> str:
        return str(value.isoformat())

    def format(self, value: Any) -> str:
        return current_formats().date(value)

    def expectation(self) -> str:
        return _("Write a date such as 2026-11-20.")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Time(Kind):
    """A time of day (ISO 8601: 14:30)."""

    name: ClassVar[str] = "time"
    widget: ClassVar[Widget] = Widget.TIME
    operators: ClassVar[tuple[str, ...]] = COMPARISONS
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> datetime.time:
        try:
            time = datetime.time.fromisoformat(raw.strip())
        except ValueError as error:
            raise BadValue(self.expectation()) from error
        if time.tzinfo is not None:
            raise BadValue(self.expectation())
        return time

    def to_input(self, value: Any) -> str:
        return str(value.isoformat())

    def format(self, value: Any) -> str:
        return current_formats().time(value)

    def expectation(self) -> str:
        return _("Write a time such as 14:30.")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "time"}


@dataclass(frozen=True)
class DateTime(Kind):
    """A date with a time and no zone, as many older databases keep them; never converted."""

    name: ClassVar[str] = "datetime"
    widget: ClassVar[Widget] = Widget.DATETIME
    operators: ClassVar[tuple[str, ...]] = COMPARISONS
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> datetime.datetime:
        moment = self._read(raw)
        return moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment

    def _read(self, raw: str) -> datetime.datetime:
        try:
            moment = datetime.datetime.fromisoformat(raw.strip())
            # The ends of the calendar cannot be moved into another zone.
            if not 2 <= moment.year <= 9998:
                raise BadValue(self.expectation())
        except ValueError as error:
            raise BadValue(self.expectation()) from error
        return moment

    def to_input(self, value: Any) -> str:
        return str(value.isoformat(timespec="seconds"))

    def to_json(self, value: Any) -> str:
        return str(value.isoformat())

    def format(self, value: Any) -> str:
        return current_formats().date_and_time(value)

    def expectation(self) -> str:
        return _("Write a date and a time such as 2026-11-20T14:30.")

    def schema(self) -> dict[str, Any]:
        # The format `date-time` of OpenAPI (RFC 3339) needs a zone.
        return {"type": "string", "description": "a date and a time without a zone"}


@dataclass(frozen=True)
class Moment(DateTime):
    """A moment: kept in UTC, read and shown in the reader's time zone."""

    name: ClassVar[str] = "moment"

    def parse(self, raw: str) -> datetime.datetime:
        moment = self._read(raw)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=current_formats().timezone)
        return moment.astimezone(datetime.UTC)

    def to_input(self, value: Any) -> str:
        local = current_formats().local(value)
        return str(local.replace(tzinfo=None).isoformat(timespec="seconds"))

    def to_json(self, value: Any) -> str:
        return str(value.astimezone(datetime.UTC).isoformat())

    def format(self, value: Any) -> str:
        return current_formats().moment(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Interval(Kind):
    """A span of time, written as a number of seconds."""

    name: ClassVar[str] = "interval"
    widget: ClassVar[Widget] = Widget.NUMBER
    align: ClassVar[str] = "end"
    operators: ClassVar[tuple[str, ...]] = COMPARISONS
    is_sortable: ClassVar[bool] = True

    def parse(self, raw: str) -> datetime.timedelta:
        try:
            seconds = Decimals(18, 6).parse(raw)
        except BadValue as error:
            raise BadValue(self.expectation()) from error
        if abs(seconds) > MAX_SECONDS:
            raise BadValue(_("This number is too large to be stored."))
        return datetime.timedelta(microseconds=int(seconds * 1_000_000))

    def to_input(self, value: Any) -> str:
        seconds = Decimal(value // MICROSECOND) / 1_000_000
        return format(seconds.quantize(Decimal(1)) if seconds == int(seconds) else seconds, "f")

    def to_json(self, value: Any) -> Any:
        return value.total_seconds()

    def from_json(self, raw: Any) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
            raise BadValue(self.expectation())
        return self.parse(str(raw))

    def format(self, value: Any) -> str:
        return current_formats().interval(value, threshold=1.2)

    def expectation(self) -> str:
        return _("Write a number of seconds.")

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "description": "seconds"}
