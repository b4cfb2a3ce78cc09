"""Mails that come back: what is written down about one, and who is told of it."""

from __future__ import annotations

from app.core.clock import now
from app.mail.models import MailMessage, MailState
from app.mail.signals import bounced


def mark_bounced(row: MailMessage, reason: str) -> None:
    """Note that nobody reads mails at this address, and tell whoever wants to know; once a mail.

    The caller commits.
    """
    if row.state is MailState.BOUNCED:
        return
    row.state, row.bounced_at, row.last_error = MailState.BOUNCED, now(), reason
    bounced.send(row.name, address=row.recipient.lower())
