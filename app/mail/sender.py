"""Sending what was written: the handler of the event, and the conversation with the server.

A mail is marked as sent in the transaction that marks its event as delivered. Between the moment
the server takes a mail and that commit a killed worker leaves the mail unmarked, and it is sent
once more, with the same Message-ID, by which servers and readers know it again. Everything here
keeps that moment short: nothing is done in it, and no conversation may outlast the lease.
"""

from __future__ import annotations

import contextlib
import json
import logging
import smtplib
import time
from types import TracebackType
from typing import Any

from flask import current_app
from flask_mail import Connection, Message

from app.core.clock import now
from app.core.outbox import handles
from app.core.outbox.deliver import DEFAULT_LEASE_SECONDS
from app.core.outbox.handlers import Failure, Payload
from app.core.sealing import SealBroken, unseal
from app.extensions import db
from app.mail.models import MailMessage, MailState
from app.mail.writing import EVENT, PURPOSE

HEADERS = {
    # RFC 3834: an absence note or another machine must not answer this.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}
MAX_TIMEOUT_SECONDS = 10.0
MAX_ERROR = 500

_log = logging.getLogger(__name__)


class TooSlow(RuntimeError):
    """The server took so long to let us in that another worker may take over any moment."""


class BriefConnection(Connection):
    """Flask-Mail's connection, which here never waits for ever and is not undone by its end."""

    def __enter__(self) -> BriefConnection:
        begun = time.monotonic()
        super().__enter__()
        if time.monotonic() - begun > _lease_seconds() / 2:
            self._close()
            raise TooSlow
        return self

    def __exit__(
        self, exc_type: type[BaseException], exc_value: BaseException, tb: TracebackType
    ) -> None:
        self._close()

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect, encrypt and log in."""
        settings = self.mail
        kind = smtplib.SMTP_SSL if settings.use_ssl else smtplib.SMTP
        host = kind(settings.server, settings.port, timeout=_timeout())
        try:
            if settings.use_tls:
                host.starttls()
            if settings.username and settings.password:
                host.login(settings.username, settings.password)
        except Exception:
            host.close()
            raise
        return host

    def _close(self) -> None:
        # The server has taken the mail, or not: how it says good-bye changes nothing about that.
        if self.host is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self.host.quit()
            self.host.close()


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
    if row is None or row.state is MailState.SENT:
        return
    row.attempts = failure.attempts
    row.last_error = _in_words(failure.error)
    if failure.is_final:
        row.state = MailState.FAILED


@handles(EVENT, on_failure=note_failure)
def deliver(payload: Payload) -> None:
    """Send one mail, unless that was done already."""
    row = db.session.get(MailMessage, payload["mail"], with_for_update=True, populate_existing=True)
    if row is None or row.state is MailState.SENT:
        return
    if not has_server():
        row.state = MailState.KEPT
        return
    try:
        _hand_over(row)
    except smtplib.SMTPRecipientsRefused as refused:
        if not _is_for_good(refused):
            raise
        row.state, row.last_error = MailState.FAILED, _in_words(refused)
    except SealBroken as broken:
        row.state, row.last_error = MailState.FAILED, str(broken)
    else:
        row.state, row.sent_at, row.last_error = MailState.SENT, now(), None
        row.sealed = None
    row.attempts += 1


def message_of(row: MailMessage) -> Message:
    """The mail as it goes over the wire."""
    body = body_of(row)
    assert body is not None, "a mail that is not sent has its body"
    message = Message(
        subject=row.subject,
        recipients=[row.recipient],
        body=body[0],
        html=body[1],
        date=now().timestamp(),
        extra_headers={**HEADERS, "Content-Language": row.locale.replace("_", "-")},
    )
    message.msgId = row.message_id
    return message


def _hand_over(row: MailMessage) -> None:
    message = message_of(row)
    with BriefConnection(current_app.extensions["mail"]) as connection:
        connection.send(message)


def _is_for_good(refused: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether the server knows that there is no such reader; 4xx means to ask again later."""
    return all(code >= 500 for code, _text in refused.recipients.values())


def _in_words(error: Exception | None) -> str:
    """What the server said, or what kind of error it was, for the screen of mails."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said: Any = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_code, error.smtp_error
    else:
        return type(error).__name__ if error is not None else "The worker was stopped"
    code, text = said
    words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return f"{code} {words}"[:MAX_ERROR]


def _timeout() -> float:
    return min(MAX_TIMEOUT_SECONDS, _lease_seconds() / 6)


def _lease_seconds() -> float:
    return float(current_app.config.get("BUREAU_OUTBOX_LEASE_SECONDS", DEFAULT_LEASE_SECONDS))
