"""How far a running job is can be seen by others, and others can end it."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.jobs import each
from app.core.outbox.deciding import cancel
from app.core.outbox.deliver import deliver_due
from app.core.outbox.models import EventState, OutboxEvent
from app.core.outbox.steps import steps_of
from app.extensions import db
from tests.core.jobs.conftest import events, write
from tests.core.outbox.conftest import effects, numbers

PATIENCE_SECONDS = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, make_app):
    """An application with a database of its own, so that a job has others beside it."""
    app = make_app(request.param)
    with app.app_context():
        effects.create(db.engine)
        yield app


@pytest.fixture
def pausing(declare):
    """A job that waits in the middle; `pausing.step` lets it go on, `begun` says that it waits."""

    class Pausing:
        begun, step = threading.Event(), threading.Event()
        writes_first = False

        def job(self, progress):
            if self.writes_first:
                write(1)
            progress.report(1, 4)
            self.begun.set()
            assert self.step.wait(PATIENCE_SECONDS)
            progress.report(4, 4)
            if not self.writes_first:
                write(1)

    found = Pausing()
    found.enqueue = declare("test.pausing", found.job).enqueue
    return found


@contextlib.contextmanager
def delivering(site):
    """Another thread delivers what is due for as long as the block lasts, and then ends."""

    def deliver():
        with site.app_context():
            deliver_due()

    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE_SECONDS)


def seen_steps():
    """What a screen would show of the only event."""
    (event,) = events("test.pausing")
    db.session.rollback()
    return event.progress


@pytest.mark.parametrize("writes_first", [True, False])
def test_progress_is_seen_while_the_job_runs_and_kept_when_it_has_ended(
    site, pausing, writes_first
):
    pausing.writes_first = writes_first
    pausing.enqueue()
    db.session.commit()

    with delivering(site):
        pausing.begun.wait(PATIENCE_SECONDS)
        meanwhile = seen_steps()
        pausing.step.set()

    (event,) = events("test.pausing")
    assert meanwhile == (1, 4)
    assert (event.done, event.total, event.state) == (4, 4, EventState.DELIVERED)
    assert numbers() == [1]
    assert steps_of(event.id) is None


@pytest.mark.parametrize("writes_first", [True, False])
def test_a_running_job_that_is_cancelled_ends_and_leaves_nothing(site, pausing, writes_first):
    pausing.writes_first = writes_first
    key = pausing.enqueue()
    db.session.commit()

    with delivering(site):
        pausing.begun.wait(PATIENCE_SECONDS)
        cancelled = cancel([key])
        db.session.commit()
        pausing.step.set()

    (event,) = events("test.pausing")
    assert cancelled == 1
    assert event.state is EventState.CANCELLED
    assert numbers() == []


def test_a_job_that_never_reports_is_undone_when_it_was_cancelled(site, declare):
    begun, step = threading.Event(), threading.Event()

    def be_silent():
        begun.set()
        step.wait(PATIENCE_SECONDS)
        write(1)

    key = declare("test.silent", be_silent).enqueue()
    db.session.commit()

    with delivering(site):
        begun.wait(PATIENCE_SECONDS)
        cancel([key])
        db.session.commit()
        step.set()

    assert events("test.silent")[0].state is EventState.CANCELLED
    assert numbers() == []


def test_a_job_that_fails_after_it_was_cancelled_is_not_tried_again(site, declare):
    begun, step = threading.Event(), threading.Event()

    def fail():
        begun.set()
        step.wait(PATIENCE_SECONDS)
        raise ValueError

    key = declare("test.failing", fail).enqueue()
    db.session.commit()

    with delivering(site):
        begun.wait(PATIENCE_SECONDS)
        cancel([key])
        db.session.commit()
        step.set()

    assert events("test.failing")[0].state is EventState.CANCELLED


def test_a_running_part_that_is_cancelled_sets_the_last_step_free(site, pausing, declare):
    part = declare("test.part", pausing.job)
    last = declare("test.last", write)
    each(part, [{}], then=last, number=9)
    db.session.commit()

    with delivering(site):
        pausing.begun.wait(PATIENCE_SECONDS)
        cancel([events("test.part")[0].id])
        db.session.commit()
        pausing.step.set()
    deliver_due()

    assert numbers() == [9]


def test_a_report_makes_the_lease_last_longer(site, declare):
    leases = []

    def look(progress):
        leases.append(lease_now())
        time.sleep(0.01)
        progress.report(1, 2)
        leases.append(lease_now())

    def lease_now():
        with db.engine.connect() as connection:
            return connection.scalar(sa.select(OutboxEvent.locked_until))

    declare("test.look", look).enqueue()
    db.session.commit()
    deliver_due()

    assert leases[1] - leases[0] > timedelta()


def test_a_job_whose_event_was_taken_over_ends_at_its_report(site, declare):
    ends = []

    def be_overtaken(progress):
        with db.engine.begin() as connection:
            connection.execute(sa.update(OutboxEvent).values(attempts=2))
        progress.report(1, 2)
        ends.append("not reached")

    declare("test.overtaken", be_overtaken).enqueue()
    db.session.commit()
    deliver_due()

    assert ends == []
    assert events("test.overtaken")[0].attempts == 2


def test_a_job_that_is_called_like_a_function_may_report(site, declare):
    reported = declare("test.report", lambda progress: progress.report(1, 2))

    assert reported(reported._extra()["progress"]) is None
