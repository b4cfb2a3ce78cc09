"""When the demo plays."""

from datetime import UTC, datetime, timedelta

from app.core.clock import now

REFERENCE = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""The moment at which it plays, however late it is really."""
AGE_DAYS = 548
"""How long the blog is older than that."""


def in_days(days: int, hours: int = 0) -> datetime:
    """A moment that is yet to come in the demo.

    It counts from the day on which the demo is made: what is planned for the past would be
    published and mailed within a minute.
    """
    today = now().replace(hour=REFERENCE.hour, minute=0, second=0, microsecond=0)
    return max(REFERENCE, today) + timedelta(days=days, hours=hours)
