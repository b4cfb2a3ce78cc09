"""Groups of events: the last step of one becomes due when the others have ended.

It is an event from the beginning, which counts the parts that are left. So nothing has to be
gathered: whoever finishes the last part sets the last step free in the same transaction.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.core.clock import now
from app.core.outbox.announcing import announce_after_commit
from app.core.outbox.claiming import events, run, update


def note_finished_part(then_id: int | None, count: int = 1) -> None:
    """Count parts that have ended, well or by being cancelled; the last one sets the rest free."""
    if then_id is None or not count:
        return
    counted = (
        sa.update(events)
        .where(events.c.id == then_id)
        .values(parts_left=events.c.parts_left - count, done=events.c.done + count)
        .returning(events.c.parts_left)
    )
    left = run(counted).scalar_one_or_none()
    if left == 0:
        update(events.c.id == then_id, due_at=now(), last_error=None)
        announce_after_commit([then_id])


def note_dead_part(event: Any, words: str) -> None:
    """Say with the last step why it waits: one of its parts is on the dead list."""
    if event.then_id is not None:
        update(events.c.id == event.then_id, last_error=f"{event.name} {event.id}: {words}")
