"""Where a running job notes how far it is, and reads that somebody wants it to end.

Its own transaction would show that when everything is over. So on PostgreSQL it is written by
another connection, into the row of the event. SQLite lets one connection write at a time, and may
only be used by processes of one machine: there it is a small file in the instance folder.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.core.clock import now
from app.core.database import BUSY_TIMEOUT_MS
from app.core.outbox.claiming import events, is_held, lease
from app.core.outbox.models import OutboxEvent
from app.core.outbox.running import Cancelled, Claim, LeaseLost
from app.core.outbox.steps import Steps, file_of, steps_of
from app.extensions import db

_log = logging.getLogger(__name__)


def has_one_writer() -> bool:
    """Whether the database is one that whoever writes to keeps all others from writing to."""
    return _engine().dialect.name == "sqlite"


def note(claim: Claim, steps: Steps) -> None:
    """Say how far the job is, which also makes its lease last longer.

    Raises `Cancelled` or `LeaseLost` where there is no reason to go on.
    """
    if not has_one_writer():
        _renew(claim, steps._asdict())
        return
    check_cancelled(claim)
    path = file_of(claim.id, "json")
    path.parent.mkdir(exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(steps))
    half.replace(path)
    try:
        _renew(claim, {})
    except OperationalError:
        # The job has written something, so that until it ends nobody can claim anything anyway.
        _log.debug("the lease of event %s is renewed later", claim.id)


def ask_to_end(keys: Collection[int]) -> None:
    """Let running jobs end at their next report, without writing to the database."""
    for key in keys:
        path = file_of(key, "cancel")
        path.parent.mkdir(exist_ok=True)
        path.touch()


def check_cancelled(claim: Claim) -> None:
    """Raise `Cancelled` where somebody has asked by file."""
    if is_cancelled(claim):
        raise Cancelled


def is_cancelled(claim: Claim) -> bool:
    """Whether somebody has asked by file; where they write to the row, its mark tells."""
    return has_one_writer() and file_of(claim.id, "cancel").exists()


def last_steps(key: int) -> Mapping[str, int]:
    """The columns of the event that keep what its file says at the end."""
    found = steps_of(key) if has_one_writer() else None
    return found._asdict() if found is not None else {}


def forget(key: int) -> None:
    """Take the files of an event away that has ended."""
    if has_one_writer():
        for kind in ("json", "cancel"):
            file_of(key, kind).unlink(missing_ok=True)


def _renew(claim: Claim, values: Mapping[str, Any]) -> None:
    """Let the lease begin anew, on a connection beside that of the job."""
    statement = sa.update(events).where(is_held(claim))
    with _engine().begin() as connection, _waiting_for_nobody(connection):
        renewed = statement.values(locked_until=now() + lease(), **values)
        if connection.execute(renewed).rowcount == 0:
            raise LeaseLost


@contextmanager
def _waiting_for_nobody(connection: Any) -> Iterator[None]:
    """On SQLite it may be the job itself that holds the lock."""
    if not has_one_writer():
        yield
        return
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _engine() -> Any:
    return db.session.get_bind(mapper=sa.inspect(OutboxEvent))
