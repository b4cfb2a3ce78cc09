"""Handlers that a test registers, and what they have done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.core.clock import ManualClock, use_clock
from app.core.outbox.handlers import forget_handler, handles, known_handlers
from app.core.outbox.models import OutboxEvent
from app.extensions import db

START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)

effects = sa.Table("outbox_effect", sa.MetaData(), sa.Column("number", sa.Integer, nullable=False))
"""What handlers write; it has no key, so that a second effect of an event is there to be seen."""


@pytest.fixture
def clock() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START)) as clock:
        yield clock


@pytest.fixture
def on() -> Iterator[Callable]:
    """`on("test.name", function)` registers a handler until the test ends."""
    before = set(known_handlers())

    yield lambda name, function: handles(name)(function)

    for name in set(known_handlers()) - before:
        forget_handler(name)


def write_effect(payload) -> None:
    """A handler that writes to the database."""
    db.session.execute(effects.insert().values(number=payload["number"]))


def numbers() -> list[int]:
    """The effects there are."""
    return sorted(db.session.scalars(sa.select(effects.c.number)))


def only_event() -> OutboxEvent:
    """The one event there is, as the database has it."""
    db.session.expire_all()
    return db.session.scalars(sa.select(OutboxEvent)).one()
