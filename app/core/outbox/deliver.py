"""Delivering events: claim one, run its handler, mark it; each step survives the next.

A claim is an UPDATE with a lease, so of several workers one gets the event, and the event of a
worker that was killed is free again when the lease is over. The handler's writes and the mark are
one transaction, and the mark is only set by the holder of the latest claim: what a handler writes
happens exactly once, even where two workers have run it.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from flask import current_app

from app.core.clock import now
from app.core.errors import BureauError
from app.core.history.models import Source
from app.core.history.scope import operation
from app.core.outbox.handlers import Failure, failure_handler, known_handlers
from app.core.outbox.models import IS_OPEN, OutboxEvent
from app.extensions import db

DELAYS = tuple(datetime.timedelta(minutes=minutes) for minutes in (1, 5, 25, 2 * 60))
"""How long after each failed try the next one comes."""
MAX_TRIES = len(DELAYS) + 1
DEFAULT_LEASE_SECONDS = 60

_log = logging.getLogger(__name__)
_events: Any = OutboxEvent.__table__


class LeaseLost(RuntimeError):
    """Another worker has taken the event over; what this one did for it must not count."""


def deliver_due(limit: int = 100, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Deliver at most `limit` events that are due, and give how many were tried.

    It commits: call it where no transaction is open. `is_over` is asked before each event.
    """
    names = known_handlers().keys()
    _give_up_lost(names)
    for count in range(limit):
        claimed = None if is_over() else _claim(names)
        if claimed is None:
            return count
        _deliver(claimed)
    return limit


def retry(keys: Collection[int]) -> int:
    """Let events of the dead list be tried again from now on; the caller commits."""
    return _update(
        sa.and_(_events.c.id.in_(keys), _events.c.failed_at.is_not(None)),
        failed_at=None,
        attempts=0,
        due_at=now(),
        locked_until=None,
    )


def _claim(names: Collection[str]) -> Any:
    """Take one event, for as long as the lease lasts; None where nothing is due."""
    first = _free(names).order_by(_events.c.due_at, _events.c.id).limit(1)
    # Asking first keeps an idle worker from writing to the database every second.
    found = _execute(first).first()
    if found is None:
        db.session.rollback()
        return None
    statement = (
        sa.update(_events)
        .where(_events.c.id == first.with_for_update(skip_locked=True).scalar_subquery())
        .values(attempts=_events.c.attempts + 1, locked_until=now() + _lease())
        .returning(_events.c.id, _events.c.name, _events.c.payload, _events.c.attempts)
    )
    claimed = _execute(statement).first()
    db.session.commit()
    return claimed


def _free(names: Collection[str]) -> sa.Select[Any]:
    """Events that are due and that nobody works on; those of unknown names wait for their code."""
    return sa.select(_events.c.id).where(
        IS_OPEN,
        _events.c.name.in_(sorted(names)),
        _events.c.due_at <= now(),
        _events.c.attempts < MAX_TRIES,
        sa.or_(_events.c.locked_until.is_(None), _events.c.locked_until < now()),
    )


def _deliver(event: Any) -> None:
    try:
        with operation(event.name, Source.JOB):
            known_handlers()[event.name](event.payload)
            db.session.flush()
            if not _update(_is_held(event), delivered_at=now(), locked_until=None, last_error=None):
                raise LeaseLost
            db.session.commit()
    except LeaseLost:
        db.session.rollback()
        _log.warning("event %s (%s) took longer than its lease", event.id, event.name)
    except Exception as error:  # noqa: BLE001 (whatever a handler raises, the next event is due)
        db.session.rollback()
        _log.warning("event %s (%s) failed", event.id, event.name, exc_info=True)
        _postpone(event, error)


def _postpone(event: Any, error: Exception) -> None:
    is_final = event.attempts >= MAX_TRIES
    values = {"failed_at": now()} if is_final else {"due_at": now() + DELAYS[event.attempts - 1]}
    if _update(_is_held(event), locked_until=None, last_error=_in_words(error), **values):
        _tell_failure(event, is_final=is_final, error=error)
    db.session.commit()


def _tell_failure(event: Any, *, is_final: bool, error: Exception | None) -> None:
    tell = failure_handler(event.name)
    if tell is None:
        return
    try:
        with db.session.begin_nested():
            tell(Failure(event.payload, event.attempts, is_final, error))
    except Exception:  # noqa: BLE001 (that nobody was told must not keep the event from waiting)
        _log.warning("nobody was told of event %s (%s)", event.id, event.name, exc_info=True)


def _give_up_lost(names: Collection[str]) -> None:
    """Bury events whose worker was killed at the last try, or each start would be the last."""
    lost = sa.and_(
        IS_OPEN,
        _events.c.name.in_(sorted(names)),
        _events.c.attempts >= MAX_TRIES,
        _events.c.locked_until < now(),
    )
    columns = (_events.c.id, _events.c.name, _events.c.payload, _events.c.attempts)
    found = _execute(sa.select(*columns).where(lost)).all()
    for event in found:
        values = {"locked_until": None, "last_error": "The worker was stopped"}
        if _update(sa.and_(_events.c.id == event.id, lost), failed_at=now(), **values):
            _tell_failure(event, is_final=True, error=None)
    if found:
        db.session.commit()
    else:
        db.session.rollback()


def _is_held(event: Any) -> Any:
    """Whether our claim is the latest: each one counts the attempts up."""
    return sa.and_(_events.c.id == event.id, IS_OPEN, _events.c.attempts == event.attempts)


def _in_words(error: Exception) -> str:
    """What kind of error it was. Its own text may hold values, unless it is one of ours."""
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, BureauError) else kind


def _lease() -> datetime.timedelta:
    seconds = current_app.config.get("BUREAU_OUTBOX_LEASE_SECONDS", DEFAULT_LEASE_SECONDS)
    return datetime.timedelta(seconds=seconds)


def _update(condition: Any, **values: Any) -> int:
    done: Any = _execute(sa.update(_events).where(condition).values(values))
    return int(done.rowcount)


def _execute(statement: Any) -> sa.Result[Any]:
    return db.session.execute(statement, bind_arguments={"mapper": sa.inspect(OutboxEvent)})
