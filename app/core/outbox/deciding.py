"""What people decide about events: to try one again, to cancel it, not to wait any longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.outbox import board
from app.core.outbox.announcing import announce_after_commit
from app.core.outbox.claiming import events, run, update
from app.core.outbox.groups import note_finished_part
from app.core.outbox.models import IS_OPEN


def retry(keys: Collection[int]) -> int:
    """Let events of the dead list be tried again from now on; the caller commits."""
    count = update(
        sa.and_(events.c.id.in_(keys), events.c.failed_at.is_not(None)),
        failed_at=None,
        attempts=0,
        due_at=now(),
        locked_until=None,
    )
    for key in keys:
        # What a worker that was killed has left would cancel it, or show how far that had come.
        board.forget(key)
    announce_after_commit(keys)
    return count


def cancel(keys: Collection[int]) -> int:
    """Cancel what has not ended, also on the dead list; gives how many. The caller commits.

    A job that runs ends at its next report, and what it wrote is undone in any case. With the last
    step of a group go its parts.
    """
    chosen = sa.and_(
        sa.or_(events.c.id.in_(keys), events.c.then_id.in_(keys)),
        sa.or_(IS_OPEN, events.c.failed_at.is_not(None)),
        events.c.delivered_at.is_(None),
        events.c.cancelled_at.is_(None),
    )
    count = 0
    if board.has_one_writer():
        running = run(sa.select(events.c.id).where(chosen, events.c.locked_until >= now()))
        keys_of_running = running.scalars().all()
        board.ask_to_end(keys_of_running)
        count = len(keys_of_running)
        chosen = sa.and_(chosen, events.c.id.not_in(keys_of_running))
        if run(sa.select(events.c.id).where(chosen).limit(1)).first() is None:
            # A statement that writes would wait for the job that runs.
            return count
    return count + _cancel_at_once(chosen)


def _cancel_at_once(chosen: Any) -> int:
    """Mark events; whoever runs one finds out when it wants to mark it too."""
    statement = (
        sa.update(events)
        .where(chosen)
        .values(cancelled_at=now(), failed_at=None, locked_until=None)
    )
    cancelled = run(statement.returning(events.c.id, events.c.then_id)).all()
    for then_id, count in Counter(row.then_id for row in cancelled).items():
        note_finished_part(then_id, count)
    return len(cancelled)


def run_now(keys: Collection[int]) -> int:
    """Let waiting events be delivered at once, also where parts are left; the caller commits."""
    count = update(
        sa.and_(events.c.id.in_(keys), IS_OPEN, events.c.locked_until.is_(None)),
        due_at=now(),
        parts_left=0,
    )
    announce_after_commit(keys)
    return count
