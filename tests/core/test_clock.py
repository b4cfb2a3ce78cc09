from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.core.clock import ManualClock, now, system_clock, use_clock

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc():
    assert now().tzinfo is UTC


def test_now_asks_the_machine():
    before = system_clock()

    moment = now()

    assert before <= moment <= system_clock()


def test_manual_clock_stands_still_until_moved():
    clock = ManualClock(NOON)

    with use_clock(clock):
        first = now()
        clock.advance(timedelta(hours=1))
        second = now()

    assert (first, second) == (NOON, NOON + timedelta(hours=1))


def test_manual_clock_gives_utc():
    clock = ManualClock(NOON.astimezone(timezone(timedelta(hours=9))))

    assert clock().utcoffset() == timedelta(0)


def test_manual_clock_refuses_a_naive_time():
    with pytest.raises(ValueError, match="aware"):
        ManualClock(NOON.replace(tzinfo=None))


def test_clock_is_given_back_after_an_error():
    with pytest.raises(RuntimeError), use_clock(ManualClock(NOON)):
        raise RuntimeError

    assert now().year > 2024
