import datetime

import pytest

from app.core.kinds import BadValue
from app.core.kinds.moment import Date, DateTime, Interval, Moment, Time

UTC = datetime.UTC


@pytest.mark.parametrize("raw", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_dates(raw, reading):
    with reading():
        value = Date().parse(raw)
        assert Date().to_input(value) == raw
        assert Date().format(value)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Date(), "2026-02-30"),
        (Date(), "20.11.2026"),
        (Date(), "10000-01-01"),
        (Date(), "2026-11-20T10:00"),
        (Time(), "25:00"),
        (Time(), "14:30+02:00"),
        (DateTime(), "today"),
        (DateTime(), "0001-01-01T00:00"),
        (Moment(), "9999-12-31T23:59"),
        (Moment(), "2026-11-20T14:30+99:00"),
        (Interval(), "an hour"),
        (Interval(), "NaN"),
        (Interval(), "1e15"),
        (Interval(), "-60000000001"),
    ],
)
def test_what_is_no_date_or_time_is_refused(kind, raw, reading):
    with reading(), pytest.raises(BadValue, match=r"\w"):
        kind.parse(raw)


def test_a_moment_is_read_and_shown_where_the_reader_is(reading):
    with reading("en", "Asia/Tokyo"):
        value = Moment().parse("2026-11-20T14:30")
        shown, sent = Moment().to_input(value), Moment().to_json(value)

    assert value == datetime.datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
    assert shown == "2026-11-20T14:30:00"
    assert sent == "2026-11-20T05:30:00+00:00"


def test_a_zone_that_is_written_wins(reading):
    with reading("en", "Asia/Tokyo"):
        value = Moment().parse("2026-11-20T14:30-03:00")

    assert value == datetime.datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_is_read_as_the_next(reading):
    with reading("en", "Europe/Lisbon"):
        value = Moment().parse("2026-03-29T01:30")
        shown = Moment().to_input(value)

    assert value == datetime.datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert shown == "2026-03-29T02:30:00"


def test_an_hour_that_comes_twice_is_one_of_the_two(reading):
    with reading("en", "Europe/Lisbon"):
        value = Moment().parse("2026-10-25T01:30")

    assert value.hour in (0, 1)
    assert Moment().parse("2026-10-25T01:30+01:00") == datetime.datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("value", ["0001-01-01T00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_moments_at_the_ends_of_the_calendar_can_be_shown(value, timezone, reading):
    with reading("en", timezone):
        moment = datetime.datetime.fromisoformat(value)
        assert Moment().format(moment)
        assert Moment().to_input(moment)


def test_a_time_without_a_zone_is_never_moved(reading):
    with reading("en", "Asia/Tokyo"):
        value = DateTime().parse("2026-11-20T14:30")
        assert value.isoformat() == "2026-11-20T14:30:00"
        assert "2:30" in DateTime().format(value)


@pytest.mark.parametrize(
    ("kind", "value", "english", "portuguese"),
    [
        (Date(), datetime.date(2026, 11, 20), "Nov 20, 2026", "20 de nov. de 2026"),
        (Time(), datetime.time(14, 5), "2:05 PM", "14:05"),
        (Interval(), datetime.timedelta(hours=3), "3 hours", "3 horas"),
    ],
)
def test_times_are_written_for_their_reader(kind, value, english, portuguese, reading):
    with reading("en"):
        in_english = kind.format(value)
    with reading("pt"):
        in_portuguese = kind.format(value)

    assert in_english.replace("\u202f", " ") == english
    assert in_portuguese == portuguese


def test_a_span_is_a_number_of_seconds(reading):
    value = datetime.timedelta(days=1, microseconds=5)

    with reading():
        assert Interval().to_input(value) == "86400.000005"
        assert Interval().to_input(datetime.timedelta(seconds=90)) == "90"
        assert Interval().parse("86400.000005") == value
        assert Interval().from_json(1.5) == datetime.timedelta(seconds=1.5)
        with pytest.raises(BadValue):
            Interval().from_json(True)
