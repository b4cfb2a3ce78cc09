"""The conversation with the mail server.

A connection serves the mails of one batch: it is kept with the application context that the
worker makes for each, and closed with it. What a mail is worth is decided by one answer alone,
the one to its last line; whatever goes wrong before that is known not to have sent it.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import time
from email.message import EmailMessage
from functools import cache

from flask import current_app, g
from flask_mail import Connection

from app.core.outbox.deliver import DEFAULT_LEASE_SECONDS
from app.mail.composing import as_utf8, ascii_address, sender

MAX_TIMEOUT_SECONDS = 10.0
MAX_MAILS = 100
"""Mails of one connection; many servers want no more."""
CLOSING = 421
_EXTENSION = "bureau_mail_connection"


class TooSlow(RuntimeError):
    """The server took so long to listen that another worker may take over any moment."""


class BriefConnection(Connection):
    """Flask-Mail's connection, which here never waits for ever and is not undone by its end."""

    host: smtplib.SMTP | smtplib.SMTP_SSL

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        """Connect, encrypt and log in; the server must prove who it is."""
        settings = self.mail
        host: smtplib.SMTP | smtplib.SMTP_SSL
        if settings.use_ssl:
            host = smtplib.SMTP_SSL(
                settings.server, settings.port, _own_name(), timeout=_timeout(), context=_trusted()
            )
        else:
            host = smtplib.SMTP(settings.server, settings.port, _own_name(), timeout=_timeout())
        try:
            if settings.use_tls:
                host.starttls(context=_trusted())
            if settings.username and settings.password:
                host.login(settings.username, settings.password)
            host.ehlo_or_helo_if_needed()
        except Exception:
            host.close()
            raise
        return host

    def is_for(self, place: tuple[str, int]) -> bool:
        """Whether it leads to this server and may take one more mail."""
        return (self.mail.server, self.mail.port) == place and self.num_emails < MAX_MAILS

    def ask(self, to: str, options: list[str]) -> None:
        """Say who writes to whom; raises what the server has against it."""
        address = ascii_address(sender()[1])
        code, text = self.host.mail(address, options)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, text, address)
        code, text = self.host.rcpt(to)
        if code not in (250, 251):
            if code != CLOSING:
                self.host.rset()
            raise smtplib.SMTPRecipientsRefused({to: (code, text)})

    def give(self, content: bytes) -> None:
        """Send the mail itself."""
        self.num_emails += 1
        code, text = self.host.data(content)
        if code != 250:
            raise smtplib.SMTPDataError(code, text)

    def close(self) -> None:
        """Say good-bye; how the server answers changes nothing about what it has taken."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self.host.quit()
        self.host.close()


def hand_over(message: EmailMessage, to: str) -> None:
    """Give a mail to the server; when it returns, the server has taken it.

    A connection that others have used may have died since, which its first lines tell: then a new
    one is asked the same. Nothing is ever asked again after the mail itself went out.
    """
    begun = time.monotonic()
    to = ascii_address(to)
    while True:
        connection, is_new = _connection(begun)
        try:
            content, options = _written(message, connection.host, to)
            connection.ask(to, options)
            break
        except smtplib.SMTPException as refused:
            if is_only_about_reader(refused):
                raise
            close_connection()
            if is_new:
                raise
        except OSError:
            close_connection()
            if is_new:
                raise
    try:
        _check_time(begun)
        connection.give(content)
    except BaseException:
        close_connection()
        raise


def is_only_about_reader(error: smtplib.SMTPException) -> bool:
    """Whether the server goes on listening after this answer."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code != CLOSING for code, _text in error.recipients.values())


def close_connection(_error: BaseException | None = None) -> None:
    """Close the connection of this application context, if it has one."""
    kept: BriefConnection | None = g.pop(_EXTENSION, None)
    if kept is not None:
        kept.close()


def _connection(begun: float) -> tuple[BriefConnection, bool]:
    """The connection of this batch, and whether it was made for this mail."""
    settings = current_app.extensions["mail"]
    kept: BriefConnection | None = g.get(_EXTENSION)
    if kept is not None and kept.is_for((settings.server, settings.port)):
        return kept, False
    close_connection()
    made = BriefConnection(settings)
    made.host = made.configure_host()
    setattr(g, _EXTENSION, made)
    try:
        _check_time(begun)
    except TooSlow:
        close_connection()
        raise
    return made, True


def _written(message: EmailMessage, host: smtplib.SMTP, to: str) -> tuple[bytes, list[str]]:
    """The bytes of a mail, and what the server must know of them before it says whether it can."""
    if to.isascii():
        content, options = message.as_bytes(), []
    else:
        # A name before the @ with letters of another script needs a server that knows them.
        if not host.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("the server knows no such addresses")
        content, options = as_utf8(message), ["SMTPUTF8", "BODY=8BITMIME"]
    if host.does_esmtp and host.has_extn("size"):
        options.append(f"size={len(content)}")
    return content, options


def _check_time(begun: float) -> None:
    if time.monotonic() - begun > _lease_seconds() / 2:
        raise TooSlow


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we believe to be the server; reading the list takes longer than a mail does."""
    return ssl.create_default_context()


@cache
def _own_name() -> str:
    """What we call ourselves; asking for it may take as long as a name server."""
    return socket.getfqdn()


def _timeout() -> float:
    return min(MAX_TIMEOUT_SECONDS, _lease_seconds() / 6)


def _lease_seconds() -> float:
    return float(current_app.config.get("BUREAU_OUTBOX_LEASE_SECONDS", DEFAULT_LEASE_SECONDS))
