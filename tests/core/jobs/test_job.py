"""A job runs after the commit of whoever enqueued it, and its result stays with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.outbox.deliver import deliver_due
from app.core.outbox.models import EventState
from tests.core.jobs.conftest import START, events, write
from tests.core.outbox.conftest import numbers

pytestmark = pytest.mark.both_databases


def test_an_enqueued_job_runs_with_its_arguments(office, declare):
    job = declare("test.write", write)

    key = job.enqueue(number=3)
    office.commit()
    deliver_due()

    (event,) = events("test.write")
    assert (event.id, event.state) == (key, EventState.DELIVERED)
    assert numbers() == [3]


def test_a_job_of_a_transaction_that_was_undone_does_not_run(office, declare):
    declare("test.write", write).enqueue(number=3)
    office.rollback()

    assert deliver_due() == 0


def test_what_a_job_returns_is_kept(office, declare):
    declare("test.count", lambda: {"rows": 7}).enqueue()
    office.commit()
    deliver_due()

    assert events("test.count")[0].result == {"rows": 7}


def test_of_jobs_with_one_key_there_is_one(office, declare):
    job = declare("test.write", write)

    keys = [job.enqueue(dedupe_key="once", number=number) for number in (1, 2)]

    assert keys == [events("test.write")[0].id, None]


def test_a_job_may_wait_for_its_time(office, declare, clock):
    declare("test.write", write).enqueue(due_at=START + timedelta(hours=1), number=1)
    office.commit()
    early = deliver_due()
    clock.advance(timedelta(hours=1))

    assert (early, deliver_due()) == (0, 1)


def test_arguments_that_the_job_does_not_take_are_refused_at_once(office, declare):
    job = declare("test.write", write)

    with pytest.raises(TypeError, match="unexpected keyword argument 'amount'"):
        job.enqueue(number=1, amount=3)


def test_a_job_can_be_called_like_a_function(office, declare):
    declare("test.write", write)(4)

    assert numbers() == [4]


def test_two_jobs_of_one_name_are_refused(office, declare):
    declare("test.write", write)

    with pytest.raises(ValueError, match=r"two jobs are called 'test\.write'"):
        declare("test.write", lambda: None)


def test_a_schedule_that_cannot_be_read_is_refused(office, declare):
    with pytest.raises(ValueError, match="every minute"):
        declare("test.write", write, schedule="every minute")
