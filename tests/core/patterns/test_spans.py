"""Spans of time are written as Babel writes them, in every language that it knows."""

from datetime import timedelta

from babel import Locale, dates, localedata
from hypothesis import given, strategies as st

from app.core.patterns.spans import span_writer

LOCALES = sorted(localedata.locale_identifiers())
# One, two and five of a unit, for languages with several plurals; just below the next unit.
SAMPLES = (0, 1, -1, 120, -300, 86399, 86400, -172800, 29 * 86400, 365 * 86400 * 5)

spans = st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000))


def assert_same(locale, span, threshold):
    for has_direction in (True, False):
        expected = dates.format_timedelta(
            span, threshold=threshold, add_direction=has_direction, locale=locale
        )

        assert span_writer(locale, has_direction=has_direction)(span, threshold) == expected


def test_every_language():
    for identifier in LOCALES:
        for seconds in SAMPLES:
            assert_same(Locale.parse(identifier), timedelta(seconds=seconds), 1)


@given(identifier=st.sampled_from(LOCALES), span=spans, threshold=st.sampled_from([0.85, 1, 1.2]))
def test_every_span(identifier, span, threshold):
    assert_same(Locale.parse(identifier), span, threshold)


def test_twenty_four_hours_are_no_day():
    write = span_writer(Locale("en"), has_direction=True)

    assert write(timedelta(hours=23, minutes=45), 1) == "in 24 hours"
    assert write(timedelta(hours=24), 1) == "in 1 day"
