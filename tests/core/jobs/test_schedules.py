"""Schedules are those of cron, also where the clock is put forward and back."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.jobs.schedules import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
# On these days of 2026 the clock jumps from 2:00 to 3:00, and goes back from 3:00 to 2:00.
SPRING = datetime(2026, 3, 29, tzinfo=BERLIN)
AUTUMN = datetime(2026, 10, 25, tzinfo=BERLIN)


def ticks(fields, day, zone=BERLIN):
    """The ticks of 24 hours of UTC around a night, as UTC."""
    schedule = Schedule(fields)
    moment = day.astimezone(UTC) - timedelta(hours=1)
    end = moment + timedelta(hours=24)
    found = []
    while (moment := schedule.after(moment, zone)) < end:
        found.append(moment)
    return found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("0 10 * * 6", "2026-11-21T09:00:00"),
        ("* * * * *", "2026-11-18T08:01:00"),
        ("30 9 * * *", "2026-11-18T08:30:00"),
        ("0 0 1 * *", "2026-11-30T23:00:00"),
    ],
)
def test_the_next_tick_is_in_the_time_zone_of_the_site(fields, expected):
    moment = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)

    assert Schedule(fields).after(moment, BERLIN) == datetime.fromisoformat(f"{expected}+00:00")


def test_an_hour_that_does_not_exist_runs_right_after():
    (tick,) = ticks("30 2 * * *", SPRING)

    assert tick.astimezone(BERLIN).isoformat() == "2026-03-29T03:00:00+02:00"


def test_an_hour_that_happens_twice_runs_once():
    (tick,) = ticks("30 2 * * *", AUTUMN)

    assert tick.astimezone(BERLIN).isoformat() == "2026-10-25T02:30:00+02:00"


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_what_runs_every_hour_runs_every_hour_that_passes(day):
    found = ticks("0 * * * *", day)

    assert {later - earlier for earlier, later in itertools.pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize("fields", ["30 2 * * *", "0 * * * *", "*/20 * * * *", "0 3 * * 0"])
@pytest.mark.parametrize("day", [SPRING, AUTUMN, SPRING + timedelta(days=60)])
@pytest.mark.parametrize("zone", [BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("UTC")])
def test_the_latest_tick_is_the_last_of_those_that_come_one_by_one(fields, day, zone):
    schedule = Schedule(fields)
    moment = day.astimezone(UTC) - timedelta(hours=2)
    tick = schedule.latest(moment, zone)
    for _step in range(60):
        moment += timedelta(minutes=17)
        while (following := schedule.after(tick, zone)) <= moment:
            tick = following

        assert schedule.latest(moment, zone) == tick


def test_a_moment_that_is_a_tick_is_the_latest():
    moment = datetime(2026, 11, 18, 8, 0, tzinfo=UTC)

    assert Schedule("0 9 * * *").latest(moment, BERLIN) == moment
