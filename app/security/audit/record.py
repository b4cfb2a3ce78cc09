"""Records security events: with the transaction that they tell of, or whatever becomes of it.

    record_event("key-made", target=key, expires_at=key.expires_at)
    record_event("second-factor", outcome="failure", user=user)

What has succeeded is written when its transaction commits, as the last thing in it, and goes with
it when it is rolled back. What has failed or was refused is written in any case: with the next
commit of the request, or else at its end in a transaction of its own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, has_app_context
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event as sa_event, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction

from app.core.clock import now
from app.core.fields import encode_key, title_of
from app.extensions import db
from app.security.audit.chain import append
from app.security.audit.cleaning import clean_details, short
from app.security.audit.models import Outcome, SecurityEvent
from app.security.audit.origin import origin

Target = Any
"""A row, a tuple of subject, key and title, or a text."""

logger = logging.getLogger(__name__)

_KEY = "bureau_security_events"


@dataclass(eq=False)
class Pending:
    """An event that waits for its transaction."""

    values: dict[str, Any]
    target: Target
    survives: bool
    transactions: frozenset[SessionTransaction] = field(default_factory=frozenset)
    """The transaction and the savepoints that it was recorded in."""
    is_written: bool = False


def record_event(
    kind: str,
    *,
    outcome: Outcome | str = Outcome.SUCCESS,
    target: Target = None,
    user: User | None = None,
    **details: Any,
) -> None:
    """Record that something happened; committing is the caller's.

    `user` is who did it, where that is not whoever is signed in. `target` is what it was done to.
    Values of details whose name says so (password, token, code, …) are never kept.
    """
    outcome = Outcome(outcome)
    is_over = outcome is not Outcome.SUCCESS
    note(db.session(), kind, outcome=outcome, target=target, user=user, survives=is_over, **details)


def note(
    session: Session,
    kind: str,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    target: Target = None,
    user: User | None = None,
    survives: bool = False,
    session_key: Any = None,
    **details: Any,
) -> None:
    """Record it with the transaction of a session; `survives` keeps it when that is undone.

    `session_key` names the session that it concerns, where that is not the one of the request.
    """
    values = {
        "at": now(),
        "kind": short(kind, 64),
        "outcome": outcome,
        **origin(user),
        "details": clean_details(details) or None,
    }
    if session_key is not None:
        values["session_key"] = str(session_key)
    entry = Pending(values, _known(target), survives, _open_transactions(session))
    session.info.setdefault(_KEY, []).append(entry)


def watch_events(app: Flask) -> None:
    """Let the sessions of this process write their events; a second application changes nothing."""
    for name, listener in (
        ("before_commit", write_events),
        ("after_commit", _forget_written),
        ("after_soft_rollback", _forget_undone),
    ):
        if not sa_event.contains(Session, name, listener):
            sa_event.listen(Session, name, listener)
    app.teardown_appcontext(write_survivors)


def write_events(session: Session) -> None:
    """Write what waits, as the last thing before the commit: the chain's head is locked by it.

    The version of all rights is advanced before, in every transaction, so that no two transactions
    can wait for each other's row.
    """
    if session.in_nested_transaction() or not session.info.get(_KEY):
        return
    session.flush()
    waiting = [entry for entry in session.info[_KEY] if not entry.is_written]
    if waiting:
        rows = [{**entry.values, **_described(entry.target)} for entry in waiting]
        append(session.connection(bind_arguments={"mapper": SecurityEvent.__mapper__}), rows)
        for entry in waiting:
            entry.is_written = True


def write_survivors(_error: BaseException | None = None) -> None:
    """At the end of a request, write what nobody has committed and must be kept all the same."""
    # A stream that is closed from outside of its request ends with its context gone already.
    if not has_app_context() or "appbuilder" not in current_app.extensions:
        return
    if not db.session.registry.has():
        return
    waiting: list[Pending] = db.session().info.get(_KEY) or []
    kept = [entry for entry in waiting if entry.survives and not entry.is_written]
    if kept:
        try:
            # On SQLite nobody else could write while this transaction is open, not even we.
            db.session.rollback()
            with db.session.session_factory() as session:
                session.info[_KEY] = kept
                session.commit()
        except SQLAlchemyError:
            # The refusal itself is answered already, and must not become a fault of ours.
            names = [entry.values["kind"] for entry in kept]
            logger.exception("These security events could not be written: %s", names)
        db.session().info.pop(_KEY, None)


def _forget_written(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_KEY, None)


def _forget_undone(session: Session, previous: SessionTransaction) -> None:
    kept = []
    for entry in session.info.get(_KEY, ()):
        if previous not in entry.transactions:
            kept.append(entry)
        elif entry.survives:
            entry.is_written = False
            kept.append(entry)
    if kept:
        session.info[_KEY] = kept
    else:
        session.info.pop(_KEY, None)


def _open_transactions(session: Session) -> frozenset[SessionTransaction]:
    """The transaction that is open, begun if need be, and the savepoints in it."""
    found = set()
    transaction = session.get_nested_transaction() or session.get_transaction() or session.begin()
    inner: SessionTransaction | None = transaction
    while inner is not None:
        found.add(inner)
        inner = inner.parent
    return frozenset(found)


def _known(target: Target) -> Target:
    """A target that is a stored row as text now, because the row may be gone at the end."""
    state = inspect(target, raiseerr=False)
    return _named(target) if state is not None and getattr(state, "key", None) else target


def _named(row: Any) -> tuple[str, str, str]:
    return type(row).__name__, encode_key(row), title_of(row)


def _described(target: Target) -> dict[str, str | None]:
    if target is None:
        return dict.fromkeys(("subject", "target_key", "target_title"))
    if isinstance(target, str):
        target = (None, None, target)
    subject, key, title = target if isinstance(target, tuple) else _named(target)
    return {
        "subject": short(subject, 100),
        "target_key": short(key, 255),
        "target_title": short(title, 255),
    }
