"""The table of schedules: how far each of them has come."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_appbuilder import Model as FabModel
from sqlalchemy import Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.formats import format_date, format_time, in_timezone
from app.core.jobs.job import known_jobs
from app.core.models import Titled
from app.core.outbox.handlers import label_of
from app.core.types import BigId, UtcTime


class JobSchedule(Titled, FabModel):
    """A job that runs on a schedule.

    Its last tick stays here when the events of earlier ones are long gone, so none runs again.
    """

    __tablename__ = "core_schedule"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __title__ = "name"
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    schedule: Mapped[str] = mapped_column(String(100))
    last_tick: Mapped[datetime.datetime] = mapped_column(UtcTime)

    @property
    def label(self) -> str:
        """What people call the job."""
        return str(label_of(self.name))

    @property
    def next_tick(self) -> str | None:
        """When it is due next, for people; None where this site has no such job any more."""
        job = known_jobs().get(self.name)
        if job is None or job.schedule is None:
            return None
        zone = ZoneInfo(current_app.config["BUREAU_TIMEZONE"])
        tick = in_timezone(job.schedule.after(now(), zone))
        return f"{format_date(tick)}, {format_time(tick)}"
