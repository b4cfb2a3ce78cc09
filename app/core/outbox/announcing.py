"""Says, after a commit, which events it has written: whoever delivers them need not look."""

from __future__ import annotations

from collections.abc import Iterable

from blinker import Namespace
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.extensions import db

_KEY = "bureau_emitted"

events_written = Namespace().signal("events-written")
"""Sent after a commit: sender is the session's class, `keys` those of the events that are due.

The session is between two transactions then, so a receiver must not use it.
"""


def announce_after_commit(keys: Iterable[int]) -> None:
    """Tell of these events as soon as they are there for everybody."""
    if events_written.receivers:
        db.session().info.setdefault(_KEY, []).extend(keys)


@event.listens_for(Session, "after_commit")
def _announce(session: Session) -> None:
    if not session.in_nested_transaction():
        keys = session.info.pop(_KEY, None)
        if keys:
            events_written.send(type(session), keys=keys)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_KEY, None)
