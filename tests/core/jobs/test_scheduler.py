"""A tick of a schedule is enqueued once, whoever sees it, and whatever was missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.jobs.job import forget_job
from app.core.jobs.scheduler import Scheduler
from app.core.outbox.deliver import deliver_due
from app.core.outbox.models import OutboxEvent
from app.core.outbox.pruning import prune_outbox
from tests.core.jobs.conftest import START, events

pytestmark = pytest.mark.both_databases


@pytest.fixture
def daily(office, declare):
    """A job at ten every day that some scheduler knows already."""
    job = declare("test.daily", lambda: None, schedule="0 10 * * *")
    Scheduler().enqueue_due()
    return job


def test_a_new_schedule_begins_with_its_next_tick(daily):
    assert events("test.daily") == []


def test_a_tick_is_enqueued_once_by_many_schedulers(daily, clock):
    schedulers = [Scheduler() for _number in range(3)]
    for _minute in range(90):
        clock.advance(timedelta(minutes=1))
        for scheduler in schedulers:
            scheduler.enqueue_due()

    (event,) = events("test.daily")
    assert event.dedupe_key == "job:test.daily:2026-11-16T10:00:00Z"


def test_of_ticks_that_were_missed_the_latest_runs(daily, clock):
    clock.advance(timedelta(days=5, hours=4))

    Scheduler().enqueue_due()

    assert [event.dedupe_key for event in events("test.daily")] == [
        "job:test.daily:2026-11-21T10:00:00Z"
    ]


def test_a_tick_whose_event_was_pruned_does_not_run_again(daily, clock, app):
    clock.advance(timedelta(hours=2))
    Scheduler().enqueue_due()
    deliver_due()
    prune_outbox(START + timedelta(days=100))
    left = events("test.daily")

    Scheduler().enqueue_due()

    assert (left, events("test.daily")) == ([], [])


def test_another_schedule_does_not_run_what_it_would_have_run(daily, clock, declare):
    clock.advance(timedelta(hours=2))
    Scheduler().enqueue_due()
    forget_job("test.daily")
    declare("test.daily", lambda: None, schedule="30 10 * * *")

    Scheduler().enqueue_due()
    clock.advance(timedelta(days=1))
    Scheduler().enqueue_due()

    assert [event.dedupe_key for event in events("test.daily")] == [
        "job:test.daily:2026-11-16T10:00:00Z",
        "job:test.daily:2026-11-17T10:30:00Z",
    ]


def test_a_scheduler_asks_the_database_for_nothing_between_two_ticks(daily, clock, statements):
    scheduler = Scheduler()
    scheduler.enqueue_due()
    clock.advance(timedelta(seconds=59))

    with statements() as seen:
        scheduler.enqueue_due()

    assert seen == []


def test_a_site_in_another_time_zone_has_other_ticks(daily, clock, app, monkeypatch):
    monkeypatch.setitem(app.config, "BUREAU_TIMEZONE", "America/New_York")
    Scheduler().enqueue_due()
    clock.advance(timedelta(days=1))

    Scheduler().enqueue_due()

    keys = [event.dedupe_key for event in events("test.daily")]
    assert keys == ["job:test.daily:2026-11-16T15:00:00Z"]


def test_a_clock_that_is_put_back_runs_nothing_twice(daily, clock):
    clock.advance(timedelta(hours=2))
    Scheduler().enqueue_due()
    clock.advance(timedelta(days=-2))
    Scheduler().enqueue_due()
    clock.advance(timedelta(days=2))
    Scheduler().enqueue_due()

    assert len(events("test.daily")) == 1
    assert sa.inspect(OutboxEvent).local_table.c.dedupe_key.unique
