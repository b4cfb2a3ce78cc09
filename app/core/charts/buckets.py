"""Spans of the calendar to group dates by: their names, their limits and how they follow."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.formats import current_formats

Day = datetime.date


class Unit(enum.StrEnum):
    """The length of a bucket."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MAX_BUCKETS = 400
"""More points than a screen has room for; earlier dates become one group."""
MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
SKELETONS = {Unit.MONTH: "yMMM", Unit.QUARTER: "yQQQ", Unit.YEAR: "y"}


@dataclass(frozen=True)
class Bucket:
    """A date field cut into days, weeks (from Monday), months, quarters or years."""

    field: str
    unit: Unit

    def after(self, start: Day) -> Day | None:
        """The first day of the next bucket; None at the end of the calendar."""
        try:
            if self.unit in MONTHS:
                month = start.year * 12 + start.month - 1 + MONTHS[self.unit]
                return Day(month // 12, month % 12 + 1, 1)
            return start + datetime.timedelta(days=7 if self.unit is Unit.WEEK else 1)
        except (OverflowError, ValueError):
            return None

    def between(self, first: Day, last: Day) -> Iterator[Day]:
        """The first days of all buckets from `first` to `last`, both included."""
        start: Day | None = first
        while start is not None and start <= last:
            yield start
            start = self.after(start)

    def steps(self, first: Day, last: Day) -> int:
        """How many buckets `between` gives."""
        if self.unit in MONTHS:
            months = (last.year - first.year) * 12 + last.month - first.month
            return months // MONTHS[self.unit] + 1
        return (last - first).days // (7 if self.unit is Unit.WEEK else 1) + 1

    def filled(self, starts: Sequence[Day]) -> Sequence[Day]:
        """All buckets from the first to the last, unless one odd date makes that a long way."""
        if not starts or self.steps(starts[0], starts[-1]) > MAX_BUCKETS:
            return starts
        return list(self.between(starts[0], starts[-1]))

    def format(self, start: Day) -> str:
        """The bucket for people, in the reader's language: `Jan 2026`."""
        formats = current_formats()
        if self.unit in SKELETONS:
            return formats.day_in_parts(start, SKELETONS[self.unit])
        text = formats.date(start)
        return _("Week of %(day)s", day=text) if self.unit is Unit.WEEK else text


def day(field: str) -> Bucket:
    """Group a date field by day."""
    return Bucket(field, Unit.DAY)


def week(field: str) -> Bucket:
    """Group a date field by week; a week begins on Monday (ISO 8601)."""
    return Bucket(field, Unit.WEEK)


def month(field: str) -> Bucket:
    """Group a date field by month."""
    return Bucket(field, Unit.MONTH)


def quarter(field: str) -> Bucket:
    """Group a date field by quarter of the year."""
    return Bucket(field, Unit.QUARTER)


def year(field: str) -> Bucket:
    """Group a date field by year."""
    return Bucket(field, Unit.YEAR)
