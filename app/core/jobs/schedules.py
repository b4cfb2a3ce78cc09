"""When a scheduled job is due: the five fields of cron, in the time zone of the site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

LONGEST_SHIFT = timedelta(hours=3)
"""More than any clock is put forward or back."""


class Schedule:
    """The moments at which a job is due, which are called its ticks.

    They are those of the cron that people know: a time of day that the clock skips in spring comes
    right after the gap, one that it shows twice in autumn counts once, and what happens every so
    many minutes or hours goes on in both.
    """

    def __init__(self, fields: str) -> None:
        self.fields = fields
        try:
            next(CronSim(fields, datetime(2026, 1, 1, tzinfo=UTC)))
        except (CronSimError, StopIteration):
            raise ValueError(f"{fields!r} is no schedule of cron that has a next time") from None

    def __str__(self) -> str:
        return self.fields

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first tick after a moment."""
        local = moment.astimezone(zone)
        # The hour that the clock shows twice is read as its first time, and so may give the past.
        ticks = (tick.astimezone(UTC) for tick in CronSim(self.fields, local))
        return next(tick for tick in ticks if tick > moment)

    def latest(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The last tick that is not after a moment."""
        back = CronSim(self.fields, moment.astimezone(zone), reverse=True)
        # Searching backwards does not know the ticks that were put off by a gap, so from well
        # before the one it finds, the ticks are counted forwards.
        for found in back:
            latest = None
            tick = self.after(found.astimezone(UTC) - LONGEST_SHIFT, zone)
            while tick <= moment:
                latest, tick = tick, self.after(tick, zone)
            if latest is not None:
                return latest
        raise AssertionError("a schedule has ticks in the past as it has in the future")
