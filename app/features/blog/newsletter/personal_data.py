"""What is known of a reader: handed out and forgotten as they ask for it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app.core.fields import encode_key
from app.core.history.retention import erase_history
from app.core.outbox.models import OutboxEvent
from app.core.signals import announce
from app.extensions import db
from app.features.blog.newsletter.mails import KINDS
from app.features.blog.newsletter.models import Subscriber
from app.features.blog.newsletter.subscribing import EVENT
from app.mail.models import MailMessage, MailState
from app.security.audit.kinds import add_kinds

SHOWN_MAILS = 20
ERASED = "erased@invalid"
"""Stands for a reader who is forgotten; no mail can be sent there (RFC 2606)."""
KEPT = ("email", "locale", "state", "frequency", "paused_until", "asked_at", "confirmed_at")

add_kinds(
    {
        "subscriber-exported": _("Data of a reader handed out"),
        "subscriber-erased": _("Reader forgotten"),
    }
)

_mails: Any = MailMessage.__table__
_events: Any = OutboxEvent.__table__


def mails_to(subscriber: Subscriber, limit: int | None = SHOWN_MAILS) -> list[Any]:
    """The mails of the newsletter to a reader, the newest first.

    Other mails to the same address are none of the newsletter's business.
    """
    columns = ("subject", "name", "state", "created_at", "sent_at")
    statement = (
        sa.select(*(_mails.c[name] for name in columns))
        .where(_is_to(subscriber.email))
        .order_by(_mails.c.created_at.desc(), _mails.c.id.desc())
        .limit(limit)
    )
    return list(_execute(statement, MailMessage))


def data_of(subscriber: Subscriber) -> dict[str, Any]:
    """All that is known of a reader, as JSON can say it."""
    values = {name: getattr(subscriber, name) for name in (*KEPT, "left_at", "created_at")}
    sent = [
        {
            name: _plain(getattr(mail, name))
            for name in ("subject", "state", "created_at", "sent_at")
        }
        for mail in mails_to(subscriber, limit=None)
    ]
    return {**{name: _plain(value) for name, value in values.items()}, "mails": sent}


def note_export(subscriber: Subscriber) -> None:
    """Record that somebody of the desk has taken a reader's data."""
    announce("subscriber-exported", target=subscriber)


def erase(subscriber: Subscriber) -> None:
    """Forget a reader: the row goes, and with it what its history and its mails say of them.

    That a mail was sent stays, without to whom and what it said; one that still waits is gone. The
    caller commits.
    """
    key, email = encode_key(subscriber), subscriber.email
    db.session.delete(subscriber)
    db.session.flush()
    erase_history(Subscriber, key)
    was_sent = _mails.c.state == MailState.SENT
    _execute(sa.delete(_mails).where(_is_to(email), sa.not_(was_sent)), MailMessage)
    emptied = {name: sa.null() for name in ("text", "html", "sealed", "unsubscribe", "dedupe_key")}
    _execute(
        sa.update(_mails).where(_is_to(email)).values(recipient=ERASED, **emptied), MailMessage
    )
    asked = [row.id for row in _requests() if row.payload["email"] == email]
    _execute(sa.delete(_events).where(_events.c.id.in_(asked)), OutboxEvent)
    announce("subscriber-erased", target=(Subscriber.__name__, key, f"#{key}"))


def _is_to(email: str) -> Any:
    """Whether a mail is one of the newsletter's to this address."""
    names = [mail.name for mail in KINDS]
    return sa.and_(_mails.c.recipient == email, _mails.c.name.in_(names))


def _requests() -> list[Any]:
    statement = sa.select(_events.c.id, _events.c.payload).where(_events.c.name == EVENT)
    return list(_execute(statement, OutboxEvent))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _execute(statement: Any, model: type) -> Any:
    return db.session.execute(
        statement,
        bind_arguments={"mapper": sa.inspect(model)},
        execution_options={"synchronize_session": False},
    )
