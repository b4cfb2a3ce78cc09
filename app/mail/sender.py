"""Sending what was written: the handler of the event.

A mail is marked as sent in the transaction that marks its event as delivered. Between the moment
the server takes a mail and that commit a killed worker leaves the mail unmarked, and it is sent
once more, with the same Message-ID, by which servers and readers know it again. Everything here
keeps that moment short: nothing is done in it, and no conversation may outlast the lease.
"""

from __future__ import annotations

import json
import re
import smtplib
from typing import Any

from flask import current_app
from sqlalchemy.orm import undefer_group

from app.core.clock import now
from app.core.outbox import emit, handles
from app.core.outbox.handlers import Failure, Payload
from app.core.sealing import SealBroken, unseal
from app.extensions import db
from app.mail.bouncing import mark_bounced
from app.mail.composing import compose
from app.mail.connection import hand_over
from app.mail.models import MailMessage, MailState
from app.mail.pace import is_paced, next_moment
from app.mail.writing import EVENT, PURPOSE

MAX_ERROR = 500
DONE = (MailState.SENT, MailState.BOUNCED)
# RFC 3463: the server has something against us or our mail, and not against the address.
_ABOUT_US = re.compile(r"\s*5\.[37]\.")


class NoBody(RuntimeError):
    """The text of a mail is no longer kept."""


def has_server() -> bool:
    """Whether this site has a mail server at all."""
    return not current_app.extensions["mail"].suppress


def body_of(row: MailMessage) -> tuple[str, str] | None:
    """The text and the HTML of a mail; None where there is nothing left to read."""
    if row.sealed is None:
        return None if row.text is None else (row.text, row.html or "")
    parts = json.loads(unseal(row.sealed, PURPOSE))
    return parts["text"], parts["html"]


def note_failure(failure: Failure) -> None:
    """Say with the mail how its last try went."""
    row = db.session.get(MailMessage, failure.payload["mail"])
    if row is None or row.state in DONE:
        return
    row.attempts = failure.attempts
    row.last_error = _in_words(failure.error)
    if failure.is_final:
        row.state = MailState.FAILED


@handles(EVENT, on_failure=note_failure)
def deliver(payload: Payload) -> None:
    """Send one mail, unless that was done already."""
    row = db.session.get(
        MailMessage,
        payload["mail"],
        options=[undefer_group("mail")],
        with_for_update=True,
        populate_existing=True,
    )
    if row is None or row.state in DONE:
        return
    if not has_server():
        row.state = MailState.KEPT
        return
    if is_paced() and not payload.get("is_paced"):
        # An event of its own: whoever waits for a moment holds no claim and no lock.
        emit(EVENT, {**payload, "is_paced": True}, due_at=next_moment())
        return
    try:
        _send(row)
    except smtplib.SMTPRecipientsRefused as refused:
        if not _is_for_good(refused):
            raise
        if _is_about_us(refused):
            row.state, row.last_error = MailState.FAILED, _in_words(refused)
        else:
            mark_bounced(row, _in_words(refused))
    except (SealBroken, NoBody) as lost:
        row.state, row.last_error = MailState.FAILED, str(lost)
    else:
        row.state, row.sent_at, row.last_error = MailState.SENT, now(), None
        row.sealed = None
    row.attempts += 1


def _send(row: MailMessage) -> None:
    body = body_of(row)
    if body is None:
        raise NoBody("Its text is no longer kept.")
    hand_over(compose(row, *body), row.recipient)


def _is_for_good(refused: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether the server will say the same tomorrow; 4xx means to ask again later."""
    return all(code >= 500 for code, _text in refused.recipients.values())


def _is_about_us(refused: smtplib.SMTPRecipientsRefused) -> bool:
    return any(_ABOUT_US.match(_text_of(said)) for _code, said in refused.recipients.values())


def _in_words(error: Exception | None) -> str:
    """What the server said, or what kind of error it was, for the screen of mails."""
    said: Any
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return type(error).__name__ if error is not None else "The worker was stopped"
    return f"{code} {_text_of(said)}"[:MAX_ERROR]


def _text_of(said: Any) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)
