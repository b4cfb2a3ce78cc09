"""Reminders: mailed when their moment has come, once for each moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.core.addresses import public_url
from app.core.clock import now
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.extensions import db
from app.features.blog.newsletter import mails
from app.features.blog.newsletter.models import Reminder, ReminderState
from app.mail import send
from app.security.models import Preference

SNOOZE = timedelta(days=1)
MAX_AT_ONCE = 200
"""Reminders of one run; there is another one in a minute."""


def send_due() -> int:
    """Mail the reminders whose moment has come; gives their number. The caller commits."""
    due = (
        sa.select(Reminder, Preference.locale, Preference.timezone)
        .outerjoin(Preference, Preference.user_id == Reminder.owner_id)
        .where(Reminder.state == ReminderState.PENDING, Reminder.due_at <= now())
        .order_by(Reminder.due_at, Reminder.id)
        .limit(MAX_AT_ONCE)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    found = db.session.execute(due, execution_options={"populate_existing": True}).all()
    for reminder, locale, timezone in found:
        _send(reminder, locale, timezone)
    return len(found)


def prepare_save(reminder: Reminder) -> None:
    """Arm a reminder again whose moment was moved; one that was cancelled stays so."""
    is_moved: bool = sa.inspect(reminder).attrs["due_at"].history.has_changes()
    if is_moved and reminder.state is ReminderState.SENT:
        reminder.state, reminder.sent_at = ReminderState.PENDING, None


def snooze(reminders: Sequence[Reminder]) -> int:
    """Let them come a day later, or a day from now where their moment is over."""
    moment = now()
    with committed(gate_of(Reminder)):
        for reminder in reminders:
            reminder.due_at = max(reminder.due_at, moment) + SNOOZE
            reminder.state, reminder.sent_at = ReminderState.PENDING, None
    return len(reminders)


def cancel(reminders: Sequence[Reminder]) -> int:
    """Let those that still wait never come."""
    waiting = [each for each in reminders if each.state is ReminderState.PENDING]
    with committed(gate_of(Reminder)):
        for reminder in waiting:
            reminder.state = ReminderState.CANCELLED
    return len(waiting)


def _send(reminder: Reminder, locale: Any, timezone: Any) -> None:
    send(
        mails.REMINDER,
        to=reminder.email,
        locale=locale,
        timezone=timezone,
        dedupe_key=f"reminder:{reminder.id}:{reminder.due_at.isoformat()}",
        text=reminder.text,
        due_at=reminder.due_at,
        post=reminder.post.title if reminder.post is not None else "",
        url=public_url("ReminderView.show", pk=reminder.id),
    )
    reminder.state, reminder.sent_at = ReminderState.SENT, now()
