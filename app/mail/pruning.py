"""What leaves the mails again: their texts after a while, and the mails themselves after a year."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _

from app.core.clock import now
from app.core.jobs import job
from app.extensions import db
from app.mail.models import HAS_BODY, MailMessage, MailState

BATCH = 1_000
"""Mails of one transaction, so that no delivery waits long for them."""
KEPT_FOR = datetime.timedelta(days=365)

_mails: Any = MailMessage.__table__
_IS_OVER = _mails.c.state != MailState.QUEUED


@job("mail.prune", schedule="23 * * * *", label=_("Prune mails"))
def prune() -> Mapping[str, int]:
    """Drop old texts and old mails, some at a time; what is yet to be sent stays whole."""
    emptied, deleted = _empty(), _delete()
    if BATCH in (emptied, deleted):
        prune.enqueue()
    return {"emptied": emptied, "deleted": deleted}


def _empty() -> int:
    days: int = current_app.config["BUREAU_MAIL_DAYS"]
    if days <= 0:
        return 0
    before = now() - datetime.timedelta(days=days)
    old = sa.select(_mails.c.id).where(HAS_BODY, _mails.c.created_at < before, _IS_OVER)
    gone = {"text": None, "html": None, "sealed": None, "unsubscribe": None}
    return _on_some(sa.update(_mails).values(gone), old)


def _delete() -> int:
    old = sa.select(_mails.c.id).where(_mails.c.created_at < now() - KEPT_FOR, _IS_OVER)
    return _on_some(sa.delete(_mails), old)


def _on_some(statement: Any, old: sa.Select[Any]) -> int:
    bound = {"mapper": sa.inspect(MailMessage)}
    # Asking first keeps the worker from taking the lock of the database for nothing.
    found = list(db.session.execute(old.limit(BATCH), bind_arguments=bound).scalars())
    if found:
        db.session.execute(statement.where(_mails.c.id.in_(found)), bind_arguments=bound)
    return len(found)
