"""The last step of a group runs once, when all of its parts have ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.jobs import each
from app.core.outbox.deciding import cancel, retry, run_now
from app.core.outbox.deliver import DELAYS, deliver_due
from app.core.outbox.models import EventState
from tests.core.jobs.conftest import events, write
from tests.core.outbox.conftest import numbers

pytestmark = pytest.mark.both_databases


@pytest.fixture
def group(office, declare):
    """`group(parts)` enqueues parts that write 1, 2 … and a last step that writes 100."""
    part = declare("test.part", write)
    last = declare("test.last", write)

    def make(parts):
        each(part, [{"number": number + 1} for number in range(parts)], then=last, number=100)
        office.commit()

    return make


@pytest.fixture
def broken_group(office, declare, clock):
    """A group of two parts, one of which is on the dead list."""
    is_mended = []

    def fail_first(number):
        if number == 1 and not is_mended:
            raise RuntimeError
        write(number)

    part, last = declare("test.part", fail_first), declare("test.last", write)
    each(part, [{"number": 1}, {"number": 2}], then=last, number=100)
    office.commit()
    for delay in (*DELAYS, timedelta()):
        deliver_due()
        clock.advance(delay)
    return is_mended


def state_of_last():
    return events("test.last")[0].state


def test_the_last_step_waits_for_all_parts(group):
    group(3)

    deliver_due(2)
    early = state_of_last()
    deliver_due()

    assert early is EventState.BLOCKED
    assert state_of_last() is EventState.DELIVERED
    assert numbers() == [1, 2, 3, 100]


def test_the_last_step_shows_how_many_parts_are_done(group):
    group(3)

    deliver_due(2)

    last = events("test.last")[0]
    assert (last.done, last.total, last.parts_left) == (2, 3, 1)


def test_a_group_without_parts_has_its_last_step(group):
    group(0)

    deliver_due()

    assert numbers() == [100]


def test_a_group_that_was_rolled_back_is_not_there(office, declare):
    job = declare("test.part", write)
    each(job, [{"number": 1}], then=job, number=2)
    office.rollback()

    assert deliver_due() == 0


def test_a_dead_part_keeps_the_last_step_waiting_and_is_named_there(broken_group):
    last, part = events("test.last")[0], events("test.part")[0]

    assert (part.state, last.state) == (EventState.FAILED, EventState.BLOCKED)
    assert last.last_error == f"test.part {part.id}: RuntimeError"
    assert numbers() == [2]


def test_a_dead_part_that_is_tried_again_sets_the_last_step_free(broken_group, office):
    broken_group.append(True)
    retry([events("test.part")[0].id])
    office.commit()
    deliver_due()

    assert (state_of_last(), events("test.last")[0].last_error) == (EventState.DELIVERED, None)
    assert numbers() == [1, 2, 100]


def test_a_dead_part_that_is_cancelled_sets_the_last_step_free(broken_group, office):
    cancel([events("test.part")[0].id])
    office.commit()
    deliver_due()

    assert state_of_last() is EventState.DELIVERED
    assert numbers() == [2, 100]


def test_somebody_may_decide_not_to_wait_for_a_dead_part(broken_group, office):
    run_now([events("test.last")[0].id])
    office.commit()
    deliver_due()

    assert numbers() == [2, 100]


def test_a_part_that_ends_later_does_not_run_the_last_step_again(broken_group, office):
    broken_group.append(True)
    run_now([events("test.last")[0].id])
    office.commit()
    deliver_due()
    retry([events("test.part")[0].id])
    office.commit()
    deliver_due()

    assert numbers() == [1, 2, 100]


def test_with_the_last_step_the_parts_that_have_not_begun_are_cancelled(group, office):
    group(3)
    deliver_due(1)

    cancel([events("test.last")[0].id])
    office.commit()

    assert deliver_due() == 0
    assert state_of_last() is EventState.CANCELLED
    assert numbers() == [1]
