"""Enqueues the jobs whose time has come, once for each tick, however many schedulers there are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from app.core.clock import now
from app.core.jobs.job import Job, known_jobs
from app.core.jobs.models import JobSchedule
from app.core.outbox.emit import insert_once
from app.extensions import db

_schedules: Any = JobSchedule.__table__
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Scheduler:
    """Knows when to look next, so that in between it asks nobody anything."""

    def __init__(self) -> None:
        self._next: datetime = LONG_AGO

    def enqueue_due(self) -> int:
        """Enqueue what has become due, and commit; gives how many jobs that were.

        Of the ticks that were missed while nobody was there, the latest counts.
        """
        moment = now()
        if moment < self._next:
            return 0
        zone = ZoneInfo(current_app.config["BUREAU_TIMEZONE"])
        scheduled = {name: job for name, job in known_jobs().items() if job.schedule is not None}
        known = {row.name: row for row in _run(sa.select(_schedules)).all()}
        count = sum(_enqueue(job, known.get(name), moment, zone) for name, job in scheduled.items())
        db.session.commit()
        self._next = next_tick(moment, zone)
        return count


def next_tick(moment: datetime, zone: ZoneInfo) -> datetime:
    """When any of the jobs is due next."""
    ticks = [job.schedule.after(moment, zone) for job in known_jobs().values() if job.schedule]
    return min(ticks, default=datetime.max.replace(tzinfo=UTC))


def _enqueue(job: Job, known: Any, moment: datetime, zone: ZoneInfo) -> bool:
    assert job.schedule is not None
    tick = job.schedule.latest(moment, zone)
    schedule = f"{job.schedule} {zone.key}"
    row = {"name": job.name, "schedule": schedule, "last_tick": tick}
    if known is None:
        # A job that is new begins with its next tick.
        _run(insert_once(_schedules, ["name"]).values(row))
        return False
    if known.last_tick >= tick and known.schedule == schedule:
        return False
    # Of several schedulers that come here at once, one finds the row as it was.
    is_unchanged = sa.and_(
        _schedules.c.name == job.name,
        _schedules.c.last_tick == known.last_tick,
        _schedules.c.schedule == known.schedule,
    )
    done: Any = _run(sa.update(_schedules).where(is_unchanged).values(row))
    # Neither does a tick count that a new schedule would have had.
    if done.rowcount == 0 or known.schedule != schedule:
        return False
    job.enqueue(dedupe_key=f"job:{job.name}:{tick:%Y-%m-%dT%H:%M:%SZ}")
    return True


def _run(statement: Any) -> sa.Result[Any]:
    return db.session.execute(statement, bind_arguments={"mapper": sa.inspect(JobSchedule)})
