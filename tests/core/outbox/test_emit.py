"""Events are there when their transaction is, and only once for each key."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.outbox import emit
from app.core.outbox.models import EventState, OutboxEvent
from app.extensions import db
from tests.core.outbox.conftest import START, only_event

pytestmark = pytest.mark.both_databases


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent))


def test_an_event_is_written_with_its_transaction(db_session, clock):
    emit("test.one", {"number": 1})
    db_session.commit()

    event = only_event()

    assert (event.name, event.payload, event.state) == (
        "test.one",
        {"number": 1},
        EventState.WAITING,
    )
    assert (event.created_at, event.due_at, event.attempts) == (START, START, 0)


def test_an_event_goes_with_its_transaction(db_session):
    emit("test.one", {"number": 1})
    db_session.rollback()

    assert count() == 0


def test_a_key_makes_two_events_one(db_session):
    emit("test.one", {"number": 1}, dedupe_key="mail:1")
    db_session.commit()
    emit("test.one", {"number": 2}, dedupe_key="mail:1")
    emit("test.one", {"number": 3}, dedupe_key="mail:1")
    db_session.commit()

    assert only_event().payload == {"number": 1}


def test_events_without_a_key_are_all_kept(db_session):
    for number in range(3):
        emit("test.one", {"number": number})

    assert count() == 3


def test_an_event_may_wait_for_its_time(db_session, clock):
    emit("test.one", {}, due_at=START + timedelta(days=1))

    assert only_event().due_at == START + timedelta(days=1)


def test_events_have_no_history_of_their_own(db_session, statements):
    with statements() as seen:
        emit("test.one", {})
        db_session.commit()

    assert len(seen) == 1
