from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from app.core import formats
from app.core.clock import ManualClock, use_clock
from app.core.i18n import as_reader, init_i18n

EVENING = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)


@pytest.fixture
def app(make_tiny):
    languages = {code: {"name": code} for code in ("en", "pt", "ar", "de", "hi", "ja")}
    return make_tiny(init_i18n, LANGUAGES=languages)


def written(app, locale, zone, function, *values):
    headers = {"Cookie": f"locale={locale}; timezone={zone}"}
    with app.test_request_context(headers=headers):
        return getattr(formats, f"format_{function}")(*values).replace("\N{NBSP}", " ")


@pytest.mark.parametrize(
    ("locale", "function", "values", "expected"),
    [
        ("en", "number", (1234567,), "1,234,567"),
        ("pt", "number", (1234567,), "1.234.567"),
        ("en", "number", (Decimal("0.125"),), "0.125"),
        ("en", "compact", (1234567,), "1.2 million"),
        ("pt", "compact", (1234567,), "1,2 milhão"),
        ("en", "decimal", (Decimal("1234.5"),), "1,234.50"),
        ("pt", "decimal", (1234.5, 1), "1.234,5"),
        ("en", "decimal", (1234.5, 0), "1,234"),
        ("hi", "decimal", (1234567.5,), "12,34,567.50"),
        ("en", "percent", (0.25,), "25%"),
        ("de", "percent", (0.256, 1), "25,6 %"),
        ("en", "money", (Decimal("1234.5"), "EUR"), "€1,234.50"),
        ("ja", "money", (1234, "JPY"), "￥1,234"),
        ("pt", "money", (Decimal("-2.5"), "BRL"), "-R$ 2,50"),
        ("en", "date", (date(2024, 2, 29),), "Feb 29, 2024"),
        ("pt", "date", (date(2024, 2, 29), "short"), "29/02/2024"),
        ("ja", "date", (date(2024, 2, 29), "long"), "2024年2月29日"),
        ("en", "time", (time(15, 4),), "3:04\u202fPM"),
        ("pt", "time", (time(15, 4),), "15:04"),
        ("en", "size", (1_250_000,), "1.2 MB"),
        ("pt", "size", (1_500,), "1,5 kB"),
        ("en", "size", (999,), "999 B"),
        ("en", "interval", (timedelta(hours=3),), "3 hours"),
        ("pt", "interval", (timedelta(days=1),), "1 dia"),
    ],
)
def test_values_in_the_language_of_the_reader(app, locale, function, values, expected):
    assert written(app, locale, "UTC", function, *values) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "29/02/2024 23:30"),
        ("Asia/Tokyo", "01/03/2024 08:30"),
        ("America/Sao_Paulo", "29/02/2024 20:30"),
        ("Asia/Kathmandu", "01/03/2024 05:15"),
    ],
)
def test_a_moment_in_the_time_zone_of_the_reader(app, zone, expected):
    assert written(app, "pt", zone, "datetime", EVENING, "short") == expected


def test_the_day_and_the_time_of_a_moment_are_the_readers(app):
    assert written(app, "pt", "Asia/Tokyo", "date", EVENING, "short") == "01/03/2024"
    assert written(app, "pt", "Asia/Tokyo", "time", EVENING) == "08:30"


def test_a_moment_without_a_time_zone_is_utc(app):
    naive = EVENING.replace(tzinfo=None)

    assert written(app, "pt", "Asia/Tokyo", "time", naive) == "08:30"


@pytest.mark.parametrize("year", [2024, 2060])
@pytest.mark.parametrize(("month", "expected"), [(1, "13:00"), (7, "14:00")])
def test_summer_time(app, year, month, expected):
    noon = datetime(year, month, 15, 12, tzinfo=UTC)

    assert written(app, "pt", "Europe/Berlin", "time", noon) == expected


@pytest.mark.parametrize(
    ("locale", "distance", "expected"),
    [
        ("en", timedelta(hours=-3), "3 hours ago"),
        ("en", timedelta(days=2), "in 2 days"),
        ("pt", timedelta(minutes=-5), "há 5 minutos"),
        ("ar", timedelta(days=-2), "قبل يومين"),
    ],
)
def test_how_long_ago(app, locale, distance, expected):
    with use_clock(ManualClock(EVENING)):
        assert written(app, locale, "UTC", "relative", EVENING + distance) == expected


@pytest.mark.parametrize(
    "function",
    ["date", "time", "datetime", "relative", "interval", "number", "compact", "decimal", "percent"],
)
def test_nothing_is_an_empty_text(app, function):
    assert written(app, "en", "UTC", function, None) == ""


def test_no_money_is_an_empty_text(app):
    assert written(app, "en", "UTC", "money", None, "EUR") == ""


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("America/New_York", datetime(1, 1, 1, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(9999, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_ends_of_the_calendar_stay_where_they_are(app, zone, moment):
    with app.test_request_context(headers={"Cookie": f"timezone={zone}"}):
        assert formats.in_timezone(moment) == moment


def test_somebody_else_reads_in_their_own_language_and_time_zone(app):
    with app.test_request_context(headers={"Cookie": "locale=en; timezone=UTC"}):
        before = formats.format_datetime(EVENING, "short")
        with as_reader("pt", "Asia/Tokyo"):
            inside = formats.format_datetime(EVENING, "short")
        after = formats.format_datetime(EVENING, "short")

    assert inside == "01/03/2024 08:30"
    assert before == after == "2/29/24, 11:30\u202fPM"


def test_formats_are_made_once_for_a_language_and_a_time_zone(app):
    with app.test_request_context(headers={"Cookie": "locale=pt; timezone=Asia/Tokyo"}):
        of_request = formats.current_formats()

    assert of_request is formats.formats_for("pt", "Asia/Tokyo")
    assert of_request is not formats.formats_for("pt", "UTC")


def test_what_was_written_without_a_time_zone_is_not_converted():
    tokyo = formats.formats_for("pt", "Asia/Tokyo")

    assert tokyo.date_and_time(EVENING.replace(tzinfo=None), "short") == "29/02/2024 23:30"
    assert tokyo.date_and_time(None) == tokyo.exact(None) == tokyo.scientific(None) == ""
