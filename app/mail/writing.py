"""Writing a mail: it is sent if the caller's transaction commits, else there never was one."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from email.utils import parseaddr
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from app.core.clock import now
from app.core.i18n import default_locale
from app.core.outbox import emit
from app.core.sealing import seal
from app.extensions import db
from app.mail.mails import Mail
from app.mail.models import MAX_ADDRESS, MailMessage, MailState
from app.mail.rendering import Rendered, render

EVENT = "mail.queued"
PURPOSE = "mail"
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


def send(
    mail: Mail,
    *,
    to: str,
    locale: str | None = None,
    timezone: str | None = None,
    dedupe_key: str | None = None,
    **values: Any,
) -> int | None:
    """Write a mail to one address, in the transaction of the caller; gives its key.

    `locale` and `timezone` are the reader's. Of mails with the same `dedupe_key` there is only the
    first: for the others this gives None. `values` are what the templates of the mail ask for.
    """
    address = _checked(to)
    rendered = render(mail, values, locale, timezone)
    row = {
        "created_at": now(),
        "name": mail.name,
        "recipient": address,
        "locale": locale or default_locale(),
        "subject": rendered.subject,
        **_body(rendered, is_secret=mail.is_secret),
        "dedupe_key": dedupe_key,
        "message_id": _message_id(dedupe_key),
        "state": MailState.QUEUED,
        "attempts": 0,
    }
    statement = _insert().values(row).on_conflict_do_nothing(index_elements=["dedupe_key"])
    found = db.session.execute(
        statement.returning(MailMessage.__table__.c.id),
        bind_arguments={"mapper": sa.inspect(MailMessage)},
    )
    key: int | None = found.scalar()
    if key is not None:
        queue(key)
    return key


def queue(key: int) -> None:
    """Have a mail sent after the commit."""
    emit(EVENT, {"mail": key})


def _checked(to: str) -> str:
    """The bare address; anything that could be a second one or another header is refused."""
    if len(to) > MAX_ADDRESS or not _ADDRESS.fullmatch(to):
        raise ValueError("a mail goes to one bare address")
    return to


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
        name = hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]
    _name, sender = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    return f"<{name}@{sender.rpartition('@')[2] or 'localhost'}>"


def _insert() -> Any:
    mapper = sa.inspect(MailMessage)
    dialect = db.session.get_bind(mapper=mapper).dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(MailMessage.__table__)
