"""Preparing the next digest: one at a time, which ends when the job would send it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _

from app.core.clock import now
from app.core.errors import Invalid
from app.features.blog.newsletter import digests
from app.features.blog.newsletter.jobs import send_digest
from app.features.blog.newsletter.models import Digest


def plan(digest: Digest) -> None:
    """Give a new digest its span; refused where another one waits already."""
    if digests.waiting_digest() is not None:
        message = _("A digest waits already. Change that one.")
        raise Invalid(errors={"introduction": [message]})
    moment = now()
    assert send_digest.schedule is not None
    zone = ZoneInfo(current_app.config["BUREAU_TIMEZONE"])
    digest.window_start = digests.last_end() or moment - digests.WEEK
    digest.window_end = send_digest.schedule.after(moment, zone)
