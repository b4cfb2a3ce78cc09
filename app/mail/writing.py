"""Writing a mail: it is sent if the caller's transaction commits, else there never was one."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.core.clock import now
from app.core.i18n import as_reader, default_locale
from app.core.outbox import emit
from app.core.outbox.emit import insert_once
from app.core.sealing import seal
from app.extensions import db
from app.mail.composing import ascii_address, sender
from app.mail.mails import Mail
from app.mail.models import MAX_ADDRESS, MAX_SUBJECT, MAX_UNSUBSCRIBE, MailMessage, MailState
from app.mail.rendering import Rendered, render
from app.mail.texts.edited import render_source, written
from app.mail.texts.shipped import Source

EVENT = "mail.queued"
PURPOSE = "mail"
UNSENT = (MailState.QUEUED, MailState.FAILED, MailState.KEPT)
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")

# What may stand in an address (RFC 3986), which is less than what could end a header.
_LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+;=%]+")


def send(
    mail: Mail,
    *,
    to: str,
    locale: str | None = None,
    timezone: str | None = None,
    dedupe_key: str | None = None,
    unsubscribe: str | None = None,
    **values: Any,
) -> int | None:
    """Write a mail to one address, in the transaction of the caller; gives its key.

    `locale` and `timezone` are the reader's. Of mails with the same `dedupe_key` there is only the
    first: for the others this gives None. `unsubscribe` is an address of ours that a POST makes
    the reader leave at, without another question: their mail program offers it beside the mail.
    `values` are what the templates of the mail ask for.
    """
    address, unsubscribe = _checked(to), _checked_link(unsubscribe)
    rendered, note = written(mail, values, locale, timezone)
    headers = {"recipient": address, "unsubscribe": unsubscribe, "dedupe_key": dedupe_key}
    return _keep(mail, rendered, locale, note=note, **headers)


def send_test(mail: Mail, source: Source | None, *, to: str, locale: str) -> int | None:
    """Write a mail with its example values, in these texts or the shipped ones, that says so."""
    address = _checked(to)
    made = (
        render(mail, mail.example, locale)
        if source is None
        else render_source(mail, source, mail.example, locale)
    )
    with as_reader(locale):
        subject = _("Test: %(subject)s", subject=made.subject)[:MAX_SUBJECT]
    return _keep(mail, replace(made, subject=subject), locale, recipient=address, is_test=True)


def _keep(mail: Mail, made: Rendered, locale: str | None, **columns: Any) -> int | None:
    """Write the row of a mail and the event that sends it; None where its key is taken."""
    row = {
        "created_at": now(),
        "name": mail.name,
        "locale": locale or default_locale(),
        "subject": made.subject,
        **_body(made, is_secret=mail.is_secret and not columns.get("is_test")),
        "unsubscribe": None,
        "is_test": False,
        "note": None,
        "dedupe_key": None,
        "message_id": _message_id(columns.get("dedupe_key")),
        "state": MailState.QUEUED,
        "attempts": 0,
        **columns,
    }
    statement = insert_once(MailMessage.__table__, ["dedupe_key"]).values(row)
    found = db.session.execute(
        statement.returning(MailMessage.__table__.c.id),
        bind_arguments={"mapper": sa.inspect(MailMessage)},
    )
    key: int | None = found.scalar()
    if key is not None:
        queue(key)
    return key


def withdraw(mail: Mail, *, to: str) -> int:
    """Never send what somebody who wants no more of it has not got; gives how many that were.

    Neither can it be sent again later. A mail on its way right now goes. The caller commits.
    """
    mails = MailMessage.__table__.c
    waiting = sa.select(mails.id).where(
        mails.recipient == to, mails.name == mail.name, mails.state.in_(UNSENT)
    )
    # Whoever leaves must not wait for the conversation with the mail server.
    chosen = waiting.with_for_update(skip_locked=True)
    done: Any = db.session.execute(
        sa.delete(MailMessage.__table__).where(mails.id.in_(chosen)),
        bind_arguments={"mapper": sa.inspect(MailMessage)},
    )
    return int(done.rowcount)


def queue(key: int) -> None:
    """Have a mail sent after the commit."""
    emit(EVENT, {"mail": key})


def _checked(to: str) -> str:
    """The bare address; anything that could be a second one or another header is refused."""
    if len(to) > MAX_ADDRESS or not _ADDRESS.fullmatch(to):
        raise ValueError("a mail goes to one bare address")
    return to


def _checked_link(url: str | None) -> str | None:
    """The address to leave at; anything that could end its header is refused."""
    if url is not None and (len(url) > MAX_UNSUBSCRIBE or not _LINK.fullmatch(url)):
        raise ValueError("unsubscribing needs one whole address, http or https")
    return url


def _body(rendered: Rendered, *, is_secret: bool) -> dict[str, Any]:
    """The columns of the body: in the clear, or where nobody but the sender can read it."""
    if not is_secret:
        text, html, sealed = rendered.text, rendered.html, None
    else:
        parts = json.dumps({"text": rendered.text, "html": rendered.html})
        text, html, sealed = None, None, seal(parts, PURPOSE)
    return {"text": text, "html": html, "sealed": sealed, "is_secret": is_secret}


def _message_id(dedupe_key: str | None) -> str:
    """What mail servers and readers know the mail by, the same at every try."""
    if dedupe_key is None:
        name = secrets.token_hex(16)
    else:
        # With the key of the site nobody else can tell it, and report a mail that is not theirs.
        secret = current_app.config["SECRET_KEY"].encode()
        name = hmac.digest(secret, f"mail:{dedupe_key}".encode(), "sha256").hex()[:32]
    domain = ascii_address(sender()[1]).rpartition("@")[2]
    return f"<{name}@{domain or 'localhost'}>"
