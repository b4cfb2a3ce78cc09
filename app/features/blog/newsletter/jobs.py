"""What the newsletter does by itself: digests on Saturday, reminders when they are due."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from app.core.jobs import each, job
from app.features.blog.newsletter import digests, reminders
from app.features.blog.newsletter.models import Digest, DigestState


@job("blog.send_digest", schedule="0 10 * * SAT", label=_("Send the digest of the blog"))
def send_digest() -> dict[str, Any] | None:
    """Send the digest that waits, or a new one, to everybody who reads the newsletter."""
    digest = digests.start_next()
    if digest is None:
        return None
    return {"digest": digest.id, "parts": write_to_readers(digest)}


@job("blog.write_digest", label=_("Write a part of a digest"))
def write_digest(digest: int, first: int, last: int) -> dict[str, Any] | None:
    """Write to the readers with these keys."""
    found = digests.find(digest)
    return None if found is None else {"mails": digests.write_part(found, first, last)}


@job("blog.finish_digest", label=_("Finish a digest"))
def finish_digest(digest: int) -> None:
    """Note that everybody was written to."""
    found = digests.find(digest)
    if found is not None:
        found.state = DigestState.SENT


@job("blog.send_due_reminders", schedule="* * * * *", label=_("Send the reminders that are due"))
def send_due_reminders() -> dict[str, Any] | None:
    """Mail the reminders whose moment has come."""
    count = reminders.send_due()
    return {"mails": count} if count else None


def write_to_readers(digest: Digest) -> int:
    """Have a digest that has started written in parts; gives their number. The caller commits."""
    if digest.state is DigestState.SKIPPED:
        return 0
    parts = digests.parts_of(digest)
    each(write_digest, parts, then=finish_digest, digest=digest.id)
    return len(parts)
