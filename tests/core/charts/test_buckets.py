"""Spans of the calendar: where they begin, how they follow, what they are called."""

import datetime

import pytest
from flask_babel import force_locale
from hypothesis import given, strategies as st

from app.core.charts import Bucket, day, month, quarter, week, year
from app.core.charts.buckets import Unit

Day = datetime.date


@pytest.mark.parametrize(
    ("bucket", "start", "after"),
    [
        (day("d"), Day(2024, 2, 28), Day(2024, 2, 29)),
        (week("d"), Day(2026, 12, 28), Day(2027, 1, 4)),
        (month("d"), Day(2026, 12, 1), Day(2027, 1, 1)),
        (quarter("d"), Day(2026, 10, 1), Day(2027, 1, 1)),
        (year("d"), Day(2026, 1, 1), Day(2027, 1, 1)),
        (year("d"), Day(9999, 1, 1), None),
        (day("d"), Day(9999, 12, 31), None),
    ],
)
def test_buckets_follow_each_other(bucket, start, after):
    assert bucket.after(start) == after


@given(st.sampled_from(Unit), st.integers(1, 3000), st.integers(0, 300))
def test_steps_count_what_between_gives(unit, years, count):
    bucket = Bucket("d", unit)
    start = Day(years, 1, 1)
    days = [start]
    for _ in range(count):
        days.append(bucket.after(days[-1]))

    assert list(bucket.between(days[0], days[-1])) == days
    assert bucket.steps(days[0], days[-1]) == len(days)


@pytest.mark.parametrize(
    ("bucket", "locale", "text"),
    [
        (day("d"), "en", "Apr 6, 2026"),
        (week("d"), "en", "Week of Apr 6, 2026"),
        (month("d"), "en", "Apr 2026"),
        (month("d"), "pt", "abr. de 2026"),
        (month("d"), "ja", "2026年4月"),
        (quarter("d"), "en", "Q2 2026"),
        (year("d"), "de", "2026"),
    ],
)
def test_names_are_in_the_readers_language(make_tiny, bucket, locale, text):
    with make_tiny().app_context(), force_locale(locale):
        assert bucket.format(Day(2026, 4, 6)) == text
