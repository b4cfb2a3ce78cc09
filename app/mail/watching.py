"""What administrators should know of: mails that lie there, and a server that does not answer."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _, ngettext
from flask_login import current_user

from app.core.addresses import page_url
from app.core.banners import Banner
from app.core.cache import cached
from app.core.clock import now
from app.extensions import db
from app.mail.models import NEEDS_A_LOOK, MailMessage, MailState

LATELY = datetime.timedelta(days=7)
_mails: Any = MailMessage.__table__


@dataclass(frozen=True)
class Standing:
    """How many mails of late are in a state that somebody should look at."""

    failed: int
    bounced: int
    stuck: int
    """Not sent so far, although the server was asked: it does not answer, or wants nothing."""
    reason: str
    """What the server said to the last of those, or what kind of error it was."""


def standing() -> Standing:
    """How mails stand. It may be half a minute old: every page of an administrator asks."""
    return cached("mail.standing", [MailMessage], _count, timeout=60, lag_seconds=30)


def _count() -> Standing:
    statement = (
        sa.select(_mails.c.state, sa.func.count(), sa.func.max(_mails.c.last_error))
        .where(NEEDS_A_LOOK, _mails.c.created_at > now() - LATELY)
        .group_by(_mails.c.state)
    )
    bound = {"mapper": sa.inspect(MailMessage)}
    rows = db.session.execute(statement, bind_arguments=bound).all()
    counts = {state: count for state, count, _reason in rows}
    reasons = {state: reason for state, _count, reason in rows}
    return Standing(
        counts.get(MailState.FAILED, 0),
        counts.get(MailState.BOUNCED, 0),
        counts.get(MailState.QUEUED, 0),
        reasons.get(MailState.QUEUED) or "",
    )


def find_banners() -> Sequence[Banner]:
    """What every page tells those who may see the mails, until it is put right."""
    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    if not current_user.is_authenticated or not security.has_access("can_read", "MailMessage"):
        return []
    found, banners = standing(), []
    if found.stuck:
        text = ngettext(
            "%(num)d mail cannot be sent at present",
            "%(num)d mails cannot be sent at present",
            found.stuck,
        )
        banners.append(_banner(text, found.reason, MailState.QUEUED))
    if found.failed:
        text = ngettext("%(num)d mail was given up", "%(num)d mails were given up", found.failed)
        note = _("Of the last %(days)d days; they can be sent again.", days=LATELY.days)
        banners.append(_banner(text, note, MailState.FAILED))
    return banners


def _banner(text: str, note: str, state: MailState) -> Banner:
    url = page_url("MailView.list", filter=f"state:any:{state.value}")
    return Banner(text, "", note, "mail", link_label=_("Show mails"), link_url=url)
