"""Dates and times: a function for each pattern of a language, which writes what Babel would."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from babel import Locale, dates
from babel.dates import DateTimeFormat

Writer = Callable[[Any], str]
Template = tuple[str, tuple[Writer, ...]]
"""A text with a `%s` for each function that follows."""

WIDTHS = ("short", "medium", "long", "full")


def date_writer(locale: Locale, width: str) -> Writer:
    """Days; `width` is one of `WIDTHS`, or a pattern of its own such as `d MMM`."""
    return _joined(_template(_date_pattern(locale, width), locale))


def time_writer(locale: Locale, width: str) -> Writer:
    """Times of day, also of a moment."""
    return _joined(_template(_time_pattern(locale, width), locale))


def datetime_writer(locale: Locale, width: str) -> Writer:
    """Days with a time of day, as they are: whoever calls has gone to the right time zone."""
    if width not in WIDTHS:
        return _joined(_template(width, locale))
    day = _template(_date_pattern(locale, width), locale)
    time = _template(_time_pattern(locale, width), locale)
    glue = str(locale.datetime_formats[width]).replace("'", "")
    parts = {"{0}": time, "{1}": day}
    order = sorted(parts, key=glue.index)
    text = glue.replace("%", "%%")
    for name in order:
        text = text.replace(name, parts[name][0])
    return _joined((text, tuple(field for name in order for field in parts[name][1])))


def skeleton_writer(locale: Locale, skeleton: str) -> Writer:
    """Days by some of their parts, in the order of the language: `yMMM` is `Apr 2026`."""
    known = locale.datetime_skeletons
    name = skeleton if skeleton in known else dates.match_skeleton(skeleton, known)
    return _joined(_template(str(known[name]), locale))


def _date_pattern(locale: Locale, width: str) -> str:
    return str(locale.date_formats[width]) if width in WIDTHS else width


def _time_pattern(locale: Locale, width: str) -> str:
    return str(locale.time_formats[width]) if width in WIDTHS else width


def _joined(template: Template) -> Writer:
    text, fields = template

    def write(value: Any) -> str:
        return text % tuple([field(value) for field in fields])

    return write


def _template(pattern: str, locale: Locale) -> Template:
    text, fields = "", []
    for kind, found in dates.tokenize_pattern(pattern):
        if kind == "chars":
            text += str(found).replace("%", "%%")
        else:
            letter, count = str(found[0]), int(found[1])
            text += "%s"
            fields.append(_field(letter, count, locale))
    return text, tuple(fields)


def _field(letter: str, count: int, locale: Locale) -> Writer:
    """The function of a field such as `MMM`: Babel's own, asked once for all that it may say."""

    def by_babel(value: Any) -> str:
        return str(DateTimeFormat(value, locale)[letter * count])

    if letter == "M" and count > 2:
        months = [by_babel(datetime.date(2000, month + 1, 1)) for month in range(12)]
        return lambda value: months[value.month - 1]
    if letter == "E":
        days = [by_babel(datetime.date(2001, 1, day + 1)) for day in range(7)]
        return lambda value: days[value.weekday()]
    if letter == "a":
        hours = [by_babel(datetime.time(hour)) for hour in range(24)]
        return lambda value: hours[value.hour]
    if letter == "G":
        era = by_babel(datetime.date.min)
        return lambda _value: era
    return _NUMBERS.get(letter * count, by_babel)


_PLAIN = tuple(str(number) for number in range(60))
_TWO = tuple(f"{number:02d}" for number in range(60))
_NUMBERS: Mapping[str, Writer] = {
    "y": lambda value: str(value.year),
    "yy": lambda value: f"{value.year:02d}"[-2:],
    "yyyy": lambda value: f"{value.year:04d}",
    "M": lambda value: _PLAIN[value.month],
    "MM": lambda value: _TWO[value.month],
    "d": lambda value: _PLAIN[value.day],
    "dd": lambda value: _TWO[value.day],
    "H": lambda value: _PLAIN[value.hour],
    "HH": lambda value: _TWO[value.hour],
    "h": lambda value: _PLAIN[value.hour % 12 or 12],
    "hh": lambda value: _TWO[value.hour % 12 or 12],
    "m": lambda value: _PLAIN[value.minute],
    "mm": lambda value: _TWO[value.minute],
    "s": lambda value: _PLAIN[value.second],
    "ss": lambda value: _TWO[value.second],
}
