"""Delivering events: claim one, run its handler, mark it; each step survives the next.

A claim is an UPDATE with a lease, so of several workers one gets the event, and the event of a
worker that was killed is free again when the lease is over. The handler's writes and the mark are
one transaction, and the mark is only set by the holder of the latest claim: what a handler writes
happens exactly once, even where two workers have run it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.errors import BureauError
from app.core.history.models import Source
from app.core.history.scope import operation
from app.core.outbox import board
from app.core.outbox.claiming import (
    COLUMNS,
    DEFAULT_LEASE_SECONDS,
    DELAYS,
    MAX_TRIES,
    claim_next,
    claim_one,
    delay,
    events,
    is_any_due,
    is_held,
    lost,
    run,
    update,
)
from app.core.outbox.groups import note_dead_part, note_finished_part
from app.core.outbox.handlers import Failure, failure_handler, known_handlers
from app.core.outbox.running import Cancelled, Claim, LeaseLost, delivering
from app.extensions import db

__all__ = [
    "DEFAULT_LEASE_SECONDS",
    "DELAYS",
    "MAX_TRIES",
    "bury_lost",
    "deliver_due",
    "deliver_one",
]

_log = logging.getLogger(__name__)


def deliver_due(limit: int = 100, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Deliver at most `limit` events that are due, and give how many were tried.

    It commits: call it where no transaction is open. `is_over` is asked before each event.
    """
    names = known_handlers().keys()
    bury_lost(names)
    # Asking first keeps an idle worker from writing to the database every second.
    if not is_any_due(names):
        return 0
    tried = 0

    def claim() -> Any:
        return None if tried >= limit or is_over() else claim_next(names)

    event = _committed(claim())
    while event is not None:
        tried += 1
        event = _deliver(event, claim)
    return tried


def deliver_one(key: int) -> bool:
    """Deliver this event unless somebody else has it, or has had it; whether it was tried here."""
    event = _committed(claim_one(key, known_handlers().keys()))
    if event is not None:
        _deliver(event, lambda: None)
    return event is not None


def _committed(event: Any) -> Any:
    if event is None:
        db.session.rollback()
    else:
        db.session.commit()
    return event


def _deliver(event: Any, claim: Callable[[], Any]) -> Any:
    """Deliver an event, and give the next one: claimed by the commit that ends this one."""
    is_done, following = _run(event, claim)
    board.forget(event.id)
    return following if is_done else _committed(claim())


def _run(event: Any, claim: Callable[[], Any]) -> tuple[bool, Any]:
    try:
        with delivering(Claim(event.id, event.attempts)), operation(event.name, Source.JOB):
            _handle(event)
            following = claim()
            db.session.commit()
    except LeaseLost:
        db.session.rollback()
        _log.warning("event %s (%s) was cancelled or took too long", event.id, event.name)
    except Exception as error:  # noqa: BLE001 (whatever a handler raises, the next event is due)
        db.session.rollback()
        if isinstance(error, Cancelled) or board.is_cancelled(event):
            _end(event)
        else:
            _log.warning("event %s (%s) failed", event.id, event.name, exc_info=True)
            _postpone(event, error)
    else:
        return True, following
    return False, None


def _handle(event: Any) -> None:
    """Tell the handler, and mark the event in the same transaction."""
    result = known_handlers()[event.name](event.payload)
    db.session.flush()
    board.check_cancelled(event)
    values = {**board.last_steps(event.id), **({"result": dict(result)} if result else {})}
    if not _mark(event, delivered_at=now(), last_error=None, **values):
        raise LeaseLost
    note_finished_part(event.then_id)


def _mark(event: Any, **values: Any) -> int:
    """Let go of an event that is still ours."""
    return update(is_held(event), locked_until=None, **values)


def _end(event: Any) -> None:
    """Let an event that was cancelled be over, however its handler has ended."""
    if _mark(event, cancelled_at=now()):
        note_finished_part(event.then_id)
    db.session.commit()


def _postpone(event: Any, error: Exception) -> None:
    is_final = event.attempts >= MAX_TRIES
    values = {"failed_at": now()} if is_final else {"due_at": now() + delay(event.attempts)}
    if _mark(event, last_error=_in_words(error), **values):
        _tell_failure(event, is_final=is_final, error=error)
    db.session.commit()


def _tell_failure(event: Any, *, is_final: bool, error: Exception | None) -> None:
    if is_final:
        note_dead_part(event, _in_words(error))
    tell = failure_handler(event.name)
    if tell is None:
        return
    try:
        with db.session.begin_nested():
            tell(Failure(event.payload, event.attempts, is_final, error))
    except Exception:  # noqa: BLE001 (that nobody was told must not keep the event from waiting)
        _log.warning("nobody was told of event %s (%s)", event.id, event.name, exc_info=True)


def bury_lost(names: Collection[str]) -> None:
    """Bury events whose worker was killed at the last try, or each start would be the last."""
    condition = lost(names)
    found = run(sa.select(*COLUMNS).where(condition)).all()
    for event in found:
        values = {"locked_until": None, "last_error": _in_words(None)}
        if update(sa.and_(events.c.id == event.id, condition), failed_at=now(), **values):
            _tell_failure(event, is_final=True, error=None)
    if found:
        db.session.commit()
    else:
        db.session.rollback()


def _in_words(error: Exception | None) -> str:
    """What kind of error it was. Its own text may hold values, unless it is one of ours."""
    if error is None:
        return "The worker was stopped"
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, BureauError) else kind
