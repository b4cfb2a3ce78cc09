"""Jobs that a test declares, a clock that it moves, and the table its jobs write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.core.clock import ManualClock, use_clock
from app.core.jobs.job import forget_job, job, known_jobs
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from tests.core.outbox.conftest import effects

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START)) as clock:
        yield clock


@pytest.fixture
def declare() -> Iterator[Callable]:
    """`declare("test.name", function, …)` makes a job that is forgotten when the test ends."""
    before = set(known_jobs())

    yield lambda name, function, **options: job(name, **options)(function)

    for name in set(known_jobs()) - before:
        forget_job(name)


@pytest.fixture
def office(db_session, clock):
    """The session, with the table that jobs write to, and a clock that stands still."""
    effects.create(db_session.connection())
    db_session.commit()
    return db_session


def write(number: int) -> None:
    """A job that writes to the database."""
    db.session.execute(effects.insert().values(number=number))


def events(name: str) -> list[OutboxEvent]:
    """The events of a job, as the database has them, in the order they were written."""
    db.session.expire_all()
    found = sa.select(OutboxEvent).where(OutboxEvent.name == name).order_by(OutboxEvent.id)
    return list(db.session.scalars(found))
