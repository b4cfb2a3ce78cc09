"""What a form shows, and what an API client gets, can be sent back as it is."""

import datetime
import json

import pytest
from hypothesis import given, strategies as st

from app.core.kinds.moment import Moment
from tests.core.kinds.examples import VALUES

VALUES_AND_KINDS = [pytest.param(kind, id=kind.name) for kind in VALUES]
# Where the clocks never change every moment has its own time of day.
ZONES = ("UTC", "Asia/Kolkata", "Pacific/Kiritimati")


@pytest.mark.parametrize("kind", VALUES_AND_KINDS)
def test_what_a_form_shows_is_read_back(kind, reading):
    @given(st.data(), st.sampled_from(("en", "pt")), st.sampled_from(ZONES))
    def check(data, locale, timezone):
        value = data.draw(VALUES[kind])

        with reading(locale, timezone):
            assert kind.parse(kind.to_input(value)) == value

    check()


def assert_same(back, value):
    if isinstance(value, datetime.timedelta):
        # The seconds are a JSON number, which has no microseconds after thousands of years.
        assert abs(back - value) < datetime.timedelta(milliseconds=1)
    else:
        assert back == value


@pytest.mark.parametrize("kind", VALUES_AND_KINDS)
def test_what_the_api_gives_is_read_back(kind, reading):
    @given(st.data())
    def check(data):
        value = data.draw(VALUES[kind])

        with reading("en", "Europe/Lisbon"):
            sent = json.dumps(kind.to_json(value), allow_nan=False)
            assert_same(kind.from_json(json.loads(sent)), value)

    check()


@pytest.mark.parametrize("kind", VALUES_AND_KINDS)
def test_every_value_can_be_shown(kind, reading):
    @given(st.data(), st.sampled_from(("en", "pt")))
    def check(data, locale):
        value = data.draw(VALUES[kind])

        with reading(locale, "America/New_York"):
            assert isinstance(kind.format(value), str)

    check()


def attempt(read, raw):
    """What is read, or None; a refusal must say something."""
    try:
        return read(raw)
    except ValueError as refused:
        message = str(refused)
    assert message
    return None


@pytest.mark.parametrize("kind", VALUES_AND_KINDS)
def test_any_text_is_read_or_refused_in_words(kind, reading):
    @given(st.text(max_size=40) | st.from_regex(r"[-+]?[0-9eE._:TZ/]{1,25}", fullmatch=True))
    def check(raw):
        with reading():
            value = attempt(kind.parse, raw)
            if value is not None:
                assert isinstance(kind.format(value), str)
                assert isinstance(kind.to_input(value), str)

    check()


@pytest.mark.parametrize("kind", VALUES_AND_KINDS)
def test_any_json_is_read_or_refused_in_words(kind, reading):
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    lists, objects = st.lists(scalars, max_size=3), st.dictionaries(st.text(), scalars, max_size=3)

    @given(scalars | lists | objects)
    def check(raw):
        with reading():
            attempt(kind.from_json, raw)

    check()


@given(VALUES[Moment()])
def test_a_moment_shown_where_the_clocks_change_is_at_most_an_hour_off(reading, value):
    with reading("en", "Europe/Lisbon"):
        back = Moment().parse(Moment().to_input(value))

    assert abs((back - value).total_seconds()) <= 3600
