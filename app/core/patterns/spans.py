"""Lengths of time, and how long ago or ahead: `3 hours`, `in 2 days`, as Babel writes them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_timedelta

Writer = Callable[[datetime.timedelta, float], str]


def span_writer(locale: Locale, *, has_direction: bool) -> Writer:
    """Spans in their largest unit; a unit is used from `threshold` times its length on."""

    # Hours are hardly more than 24 and days than 7: nearly all texts that there are have a place.
    @lru_cache(maxsize=512)
    def text_of(seconds: int, unit: str) -> str:
        return str(
            format_timedelta(
                seconds,
                granularity=unit,  # type: ignore[arg-type]  # (one of those that Babel lists)
                # No unit is so long that another one than the given would be taken.
                threshold=math.inf,
                add_direction=has_direction,
                locale=locale,
            )
        )

    def write(span: datetime.timedelta, threshold: float) -> str:
        seconds = span.days * 86400 + span.seconds
        length = abs(seconds)
        for unit, unit_seconds in TIMEDELTA_UNITS:
            if length / unit_seconds >= threshold or unit_seconds == 1:
                # All spans that are about as many of the same unit are written alike.
                rounded = round(length / unit_seconds) * unit_seconds
                return text_of(rounded if seconds >= 0 else -rounded, unit)
        raise AssertionError("a second is the shortest unit")

    return write
