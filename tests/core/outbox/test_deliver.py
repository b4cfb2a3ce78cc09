"""An event reaches its handler once, again when that fails, and the dead list at last."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.errors import Conflict
from app.core.history.models import Operation, Source
from app.core.outbox import emit
from app.core.outbox.deciding import retry
from app.core.outbox.deliver import DELAYS, MAX_TRIES, deliver_due
from app.core.outbox.handlers import forget_handler, handles
from app.core.outbox.models import EventState, OutboxEvent
from app.extensions import db
from app.features.blog.newsletter.models import Subscriber
from tests.core.outbox.conftest import START, effects, numbers, only_event, write_effect

pytestmark = pytest.mark.both_databases


@pytest.fixture
def outbox(db_session, clock):
    """The session, with the table that handlers write to, and a clock that stands still."""
    effects.create(db_session.connection())
    db_session.commit()
    return db_session


def put(name="test.effect", number=1, **options):
    emit(name, {"number": number}, **options)
    db.session.commit()


def fail(_payload):
    db.session.execute(effects.insert().values(number=-1))
    raise RuntimeError("the password is swordfish")


def test_a_committed_event_is_delivered_once(outbox, on):
    on("test.effect", write_effect)
    put()

    tried = [deliver_due(), deliver_due()]

    event = only_event()
    assert tried == [1, 0]
    assert numbers() == [1]
    assert (event.state, event.delivered_at, event.attempts) == (EventState.DELIVERED, START, 1)


def test_an_event_that_was_rolled_back_is_not_delivered(outbox, on):
    on("test.effect", write_effect)
    emit("test.effect", {"number": 1})
    db.session.rollback()

    assert deliver_due() == 0
    assert numbers() == []


def test_no_more_is_delivered_than_asked_for(outbox, on):
    on("test.effect", write_effect)
    for number in range(5):
        put(number=number)

    assert deliver_due(3) == 3
    assert numbers() == [0, 1, 2]


def test_an_event_is_not_delivered_before_it_is_due(outbox, on, clock):
    on("test.effect", write_effect)
    put(due_at=START + timedelta(hours=1))

    early = deliver_due()
    clock.advance(timedelta(hours=1))

    assert (early, deliver_due()) == (0, 1)


def test_an_event_that_nobody_here_handles_waits(outbox, on):
    put("test.nobody")

    assert deliver_due() == 0
    assert only_event().attempts == 0


def test_what_a_failed_handler_wrote_is_undone(outbox, on):
    on("test.effect", fail)
    put()

    deliver_due()

    event = only_event()
    assert numbers() == []
    assert (event.state, event.attempts) == (EventState.WAITING, 1)
    assert event.due_at == START + DELAYS[0]


def test_an_error_tells_its_kind_and_no_secret(outbox, on):
    on("test.effect", fail)
    put()

    deliver_due()

    assert only_event().last_error == "RuntimeError"


def test_an_error_of_ours_tells_all(outbox, on):
    def refuse(_payload):
        raise Conflict("The course is full.")

    on("test.effect", refuse)
    put()

    deliver_due()

    assert only_event().last_error == "Conflict: The course is full."


def test_a_handler_may_fail_twice_and_then_succeed(outbox, on, clock):
    failures = iter([True, True, False])

    def try_again(payload):
        write_effect(payload)
        if next(failures):
            raise RuntimeError

    on("test.effect", try_again)
    put()
    for delay in (*DELAYS[:2], timedelta()):
        deliver_due()
        assert deliver_due() == 0
        clock.advance(delay)

    event = only_event()
    assert numbers() == [1]
    assert (event.state, event.attempts, event.last_error) == (EventState.DELIVERED, 3, None)


def test_after_five_tries_an_event_is_dead_until_somebody_retries(outbox, on, clock):
    on("test.effect", fail)
    put()
    tries = 0
    for delay in (*DELAYS, timedelta(days=30)):
        tries += deliver_due()
        clock.advance(delay)
    dead = only_event()

    assert (tries, dead.attempts, dead.state) == (MAX_TRIES, MAX_TRIES, EventState.FAILED)
    assert MAX_TRIES == 5
    assert deliver_due() == 0

    assert retry([dead.id]) == 1
    db.session.commit()
    revived = only_event()
    assert (revived.state, revived.attempts) == (EventState.WAITING, 0)
    assert deliver_due() == 1


def test_only_the_dead_are_retried(outbox, on):
    put()

    assert retry([only_event().id]) == 0


def test_the_other_events_go_on_when_one_fails(outbox, on):
    on("test.fail", fail)
    on("test.effect", write_effect)
    put("test.fail")
    put(number=2)

    assert deliver_due() == 2
    assert numbers() == [2]


def test_an_event_whose_worker_died_is_free_when_the_lease_is_over(outbox, on, clock):
    on("test.effect", write_effect)
    put()
    claim(clock)

    held = deliver_due()
    clock.advance(timedelta(seconds=2))

    assert (held, deliver_due()) == (0, 1)
    assert numbers() == [1]


def test_an_event_that_kills_its_worker_each_time_is_buried(outbox, on, clock):
    on("test.effect", write_effect)
    put()
    claim(clock, attempts=MAX_TRIES)
    clock.advance(timedelta(seconds=2))

    assert deliver_due() == 0
    assert (only_event().state, only_event().last_error) == (
        EventState.FAILED,
        "The worker was stopped",
    )
    assert numbers() == []


def test_whoever_lost_the_lease_has_no_effect(outbox, on, clock):
    """A slow handler ends after another worker has taken its event over."""

    def be_slow(payload):
        write_effect(payload)
        # In the handler's own transaction, because a test on one connection has no other.
        db.session.execute(sa.update(OutboxEvent).values(attempts=2))

    on("test.effect", be_slow)
    put()

    deliver_due()

    assert numbers() == []
    assert only_event().state is not EventState.DELIVERED


def claim(clock, attempts=1):
    """Mark the event as a worker does that has just begun with it."""
    db.session.execute(
        sa.update(OutboxEvent).values(
            attempts=attempts, locked_until=clock() + timedelta(seconds=1)
        )
    )
    db.session.commit()


def test_changes_of_a_handler_belong_to_an_operation_of_its_name(outbox, on):
    def subscribe(_payload):
        db.session.add(Subscriber(email="reader@example.org", locale="en"))

    on("test.effect", subscribe)
    put()

    deliver_due()

    found = db.session.scalars(sa.select(Operation).where(Operation.action == "test.effect")).one()
    assert found.source is Source.JOB


def test_an_idle_look_writes_nothing(outbox, on, statements):
    on("test.effect", write_effect)

    with statements() as seen:
        deliver_due()

    assert [sql for sql in seen if not sql.startswith("SELECT")] == []


def test_whoever_asked_is_told_of_each_failure(outbox, clock):
    told = []
    handles("test.effect", on_failure=told.append)(fail)
    put()
    for delay in (*DELAYS, timedelta()):
        deliver_due()
        clock.advance(delay)
    forget_handler("test.effect")

    assert [failure.attempts for failure in told] == [1, 2, 3, 4, 5]
    assert [failure.is_final for failure in told] == [False] * 4 + [True]
    assert all(isinstance(failure.error, RuntimeError) for failure in told)


def test_what_is_noted_of_a_failure_stays(outbox):
    handles("test.effect", on_failure=lambda failure: write_effect(failure.payload))(fail)
    put(number=7)
    deliver_due()
    forget_handler("test.effect")

    assert numbers() == [7]


def test_a_failure_that_nobody_can_note_is_put_off_all_the_same(outbox):
    def stumble(failure):
        write_effect(failure.payload)
        raise ValueError

    handles("test.effect", on_failure=stumble)(fail)
    put()
    deliver_due()
    forget_handler("test.effect")

    assert numbers() == []
    assert only_event().due_at == START + DELAYS[0]


def test_whoever_asked_is_told_of_a_killed_worker(outbox, clock):
    told = []
    handles("test.effect", on_failure=told.append)(write_effect)
    put()
    claim(clock, attempts=MAX_TRIES)
    clock.advance(timedelta(seconds=2))
    deliver_due()
    forget_handler("test.effect")

    assert [(failure.is_final, failure.error) for failure in told] == [(True, None)]
