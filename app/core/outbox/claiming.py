"""Claiming events: of several workers one gets each, for as long as its lease lasts."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core.clock import now
from app.core.outbox.models import IS_OPEN, OutboxEvent
from app.core.types import UtcTime
from app.extensions import db

DELAYS = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 25, 2 * 60))
"""How long after each failed try the next one comes."""
MAX_TRIES = len(DELAYS) + 1
DEFAULT_LEASE_SECONDS = 60

events: Any = OutboxEvent.__table__
COLUMNS = tuple(events.c[name] for name in ("id", "name", "payload", "attempts", "then_id"))

_MOMENT = sa.bindparam("moment", type_=UtcTime())
# Made once, because a worker that has much to do would spend a good part of its time on it.
_FREE = sa.select(events.c.id).where(
    IS_OPEN,
    events.c.name.in_(sa.bindparam("names", expanding=True)),
    events.c.due_at <= _MOMENT,
    events.c.parts_left <= 0,
    events.c.attempts < MAX_TRIES,
    sa.or_(events.c.locked_until.is_(None), events.c.locked_until < _MOMENT),
)


def _claim_of(chosen: sa.Select[Any]) -> Any:
    claim = sa.update(events).where(
        events.c.id == chosen.with_for_update(skip_locked=True).scalar_subquery()
    )
    values = {"attempts": events.c.attempts + 1, "started_at": _MOMENT}
    until = sa.bindparam("until", type_=UtcTime())
    return claim.values(locked_until=until, **values).returning(*COLUMNS)


_ANY = _FREE.limit(1)
_CLAIM_NEXT = _claim_of(_FREE.order_by(events.c.due_at, events.c.id).limit(1))
_CLAIM_ONE = _claim_of(_FREE.where(events.c.id == sa.bindparam("key")))


def is_any_due(names: Collection[str]) -> bool:
    """Whether there is something to deliver; it writes nothing, and ends the transaction.

    Events of names that nobody here knows wait for their code.
    """
    found = run(_ANY, {"moment": now(), "names": sorted(names)}).first()
    db.session.rollback()
    return found is not None


def claim_next(names: Collection[str]) -> Any:
    """Take the event that is due first; None where nothing is. The caller commits."""
    return run(_CLAIM_NEXT, _claim_values(names)).first()


def claim_one(key: int, names: Collection[str]) -> Any:
    """Take this event; None where it is not free. The caller commits."""
    return run(_CLAIM_ONE, _claim_values(names) | {"key": key}).first()


def _claim_values(names: Collection[str]) -> dict[str, Any]:
    moment = now()
    return {"moment": moment, "until": moment + lease(), "names": sorted(names)}


def lost(names: Collection[str]) -> Any:
    """The condition of events whose worker was killed at the last try."""
    return sa.and_(
        IS_OPEN,
        events.c.name.in_(sorted(names)),
        events.c.attempts >= MAX_TRIES,
        events.c.locked_until < now(),
    )


def is_held(event: Any) -> Any:
    """Whether our claim is the latest: each one counts the attempts up."""
    return sa.and_(events.c.id == event.id, IS_OPEN, events.c.attempts == event.attempts)


def lease() -> datetime.timedelta:
    """For how long a worker has an event."""
    seconds = current_app.config.get("BUREAU_OUTBOX_LEASE_SECONDS", DEFAULT_LEASE_SECONDS)
    return datetime.timedelta(seconds=seconds)


def delay(attempts: int) -> datetime.timedelta:
    """How long to wait after so many failed tries."""
    seconds = current_app.config.get("BUREAU_OUTBOX_RETRY_SECONDS", 0)
    return datetime.timedelta(seconds=seconds) if seconds else DELAYS[attempts - 1]


def update(condition: Any, **values: Any) -> int:
    """Change events; gives how many there were."""
    done: Any = run(sa.update(events).where(condition).values(values))
    return int(done.rowcount)


def run(statement: Any, values: dict[str, Any] | None = None) -> sa.Result[Any]:
    """Run a statement on Bureau's own database, in the transaction that is open."""
    mapper = sa.inspect(OutboxEvent)
    return db.session.execute(statement, values, bind_arguments={"mapper": mapper})
