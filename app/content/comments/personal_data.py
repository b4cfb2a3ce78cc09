"""What is known of people who comment, forgotten as they ask for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from app.content.comments.mails import REPLIED
from app.content.comments.models import Comment
from app.core.clock import now
from app.core.fields import encode_key
from app.core.history.retention import erase_history
from app.core.signals import announce
from app.extensions import db
from app.mail.models import MailMessage
from app.security.audit.kinds import add_kinds

ERASED = "erased@invalid"
"""Stands for an address that is forgotten; no mail can be sent there (RFC 2606)."""
NOTHING = "…"
"""Stands for a name and for what was said, where others have replied to it."""

add_kinds({"commenter-erased": _("Writer of comments forgotten")})

_mails: Any = MailMessage.__table__


def erase_writers(emails: Collection[str]) -> int:
    """Forget people with all that they have written; the caller commits. Gives how many comments.

    A comment that others have replied to stays as an empty place, so that theirs do not go with
    it. Its history goes, and so do the mails about replies that were sent to the address.
    """
    chosen = sa.select(Comment).where(Comment.email.in_(emails)).order_by(Comment.id)
    comments = db.session.scalars(chosen).all()
    keys = [comment.id for comment in comments]
    others = sa.select(Comment.parent_id).where(
        Comment.parent_id.in_(keys), Comment.email.not_in(emails)
    )
    replied_to = set(db.session.scalars(others))
    for comment in comments:
        if comment.id in replied_to:
            _empty(comment)
    db.session.flush()
    gone = [comment for comment in comments if comment.id not in replied_to]
    _lift_replies([comment.id for comment in gone])
    for comment in gone:
        db.session.delete(comment)
    db.session.flush()
    for comment in comments:
        key = encode_key(comment)
        erase_history(Comment, key)
        announce("commenter-erased", target=(Comment.__name__, key, f"#{key}"))
    db.session.execute(
        sa.delete(_mails).where(_mails.c.recipient.in_(emails), _mails.c.name == REPLIED.name),
        bind_arguments={"mapper": sa.inspect(MailMessage)},
    )
    return len(comments)


def _empty(comment: Comment) -> None:
    comment.name = comment.text = NOTHING
    comment.email = ERASED
    comment.address = comment.writer_id = comment.locale = None
    comment.wants_replies = False
    comment.edited_at = now()


def _lift_replies(keys: Collection[int]) -> None:
    """A reply to what goes, that itself stays as an empty place, stands by itself from now on."""
    replies = sa.update(Comment).where(Comment.parent_id.in_(keys))
    db.session.execute(
        replies.values(parent_id=None, version=Comment.version + 1),
        execution_options={"synchronize_session": "fetch"},
    )
