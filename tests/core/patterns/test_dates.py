"""Dates and times are written as Babel writes them, in every language that it knows."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from babel import Locale, dates, localedata
from hypothesis import given, strategies as st

from app.core.patterns.dates import (
    WIDTHS,
    date_writer,
    datetime_writer,
    skeleton_writer,
    time_writer,
)

LOCALES = sorted(localedata.locale_identifiers())
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
SAMPLES = (
    datetime(2026, 11, 20, 0, 5, 9, tzinfo=UTC),
    datetime(1999, 2, 3, 12, 45, tzinfo=SAO_PAULO),
    datetime(987, 12, 31, 23, 59, 59, tzinfo=UTC),
)

moments = st.datetimes(timezones=st.sampled_from([UTC, SAO_PAULO, ZoneInfo("Asia/Kathmandu")]))


def assert_same(locale, value, width):
    assert date_writer(locale, width)(value) == dates.format_date(value, width, locale=locale)
    assert time_writer(locale, width)(value) == dates.format_time(value, width, locale=locale)
    assert datetime_writer(locale, width)(value) == dates.format_datetime(
        value, width, locale=locale
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_every_language(width):
    for identifier in LOCALES:
        locale = Locale.parse(identifier)
        for value in SAMPLES:
            assert_same(locale, value, width)


@given(identifier=st.sampled_from(LOCALES), value=moments, width=st.sampled_from(WIDTHS))
def test_every_moment(identifier, value, width):
    assert_same(Locale.parse(identifier), value, width)


@given(identifier=st.sampled_from(LOCALES), value=st.datetimes())
def test_what_has_no_time_zone(identifier, value):
    locale = Locale.parse(identifier)

    day, at, both = value.date(), value.time(), datetime_writer(locale, "medium")(value)

    assert date_writer(locale, "medium")(day) == dates.format_date(day, locale=locale)
    assert time_writer(locale, "medium")(at) == dates.format_time(at, locale=locale)
    assert both == dates.format_datetime(value, locale=locale)


@pytest.mark.parametrize("skeleton", ["yMMM", "yQQQ", "y"])
def test_parts_of_a_day_in_every_language(skeleton):
    for identifier in LOCALES:
        locale = Locale.parse(identifier)
        expected = dates.format_skeleton(skeleton, SAMPLES[0], locale=locale)

        assert skeleton_writer(locale, skeleton)(SAMPLES[0]) == expected


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("d MMMM", "6 April"),
        ("'100%' yy", "100% 26"),
        ("w", "15"),
        ("EEEE", "Monday"),
        ("y G", "2026 AD"),
    ],
)
def test_pattern_of_ones_own(pattern, text):
    assert date_writer(Locale("en"), pattern)(date(2026, 4, 6)) == text


def test_pattern_of_ones_own_with_a_time():
    moment = datetime(2026, 4, 6, 15, 4, tzinfo=UTC)

    assert datetime_writer(Locale("en"), "d.M. H:mm")(moment) == "6.4. 15:04"
    assert time_writer(Locale("en"), "HH 'h'")(time(7)) == "07 h"
