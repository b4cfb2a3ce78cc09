"""Who is told of comments: moderators, whoever a subject belongs to, and whom one has replied to.

All of it happens after the commit, by the job `content.notify_comments`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.content.comments import mails
from app.content.comments.models import Comment, CommentState, subject_of
from app.content.comments.rules import MODERATE
from app.content.comments.tickets import leave_token
from app.core.addresses import public_url, site_url
from app.core.clock import now
from app.core.fields import title_of
from app.core.jobs import job
from app.extensions import db
from app.mail import Mail, send
from app.security.models import Preference
from app.security.rights.holders import active_holders

QUIET = datetime.timedelta(minutes=15)
"""Moderators get at most one mail in this time."""
SHOWN = 10
_START = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def tell_of(comments: Iterable[Comment], state: CommentState) -> None:
    """Have those told who should know, in the transaction of the caller."""
    if state is CommentState.APPROVED:
        notify_comments.enqueue(approved=[comment.id for comment in comments])
    elif state is CommentState.PENDING:
        span = (now() - _START) // QUIET
        notify_comments.enqueue(
            pending=span,
            dedupe_key=f"content.notify_comments:{span}",
            due_at=_START + (span + 1) * QUIET,
        )


@job("content.notify_comments", label=_l("Tell people of comments"))
def notify_comments(
    approved: list[int] | None = None, pending: int | None = None
) -> dict[str, int]:
    """Write the mails about comments that were approved, or about all that wait."""
    count = 0
    if pending is not None:
        count += _tell_moderators(pending)
    chosen = sa.select(Comment).where(
        Comment.id.in_(approved or []), Comment.state == CommentState.APPROVED
    )
    for comment in db.session.scalars(chosen.order_by(Comment.id)):
        count += _tell_owner(comment) + _tell_parent(comment)
    return {"mails": count}


def _tell_moderators(span: int) -> int:
    """One mail for each moderator, about what came in this span of time and still waits."""
    waiting = Comment.state == CommentState.PENDING
    since = _START + span * QUIET
    new = sa.select(Comment).where(waiting, Comment.created_at >= since)
    newest = db.session.scalars(new.order_by(Comment.created_at, Comment.id).limit(SHOWN)).all()
    if not newest:
        return 0
    count = db.session.scalar(sa.select(sa.func.count(Comment.id)).where(waiting))
    shown = [
        {"writer": comment.name, "subject": title_of(subject_of(comment)), "text": comment.excerpt}
        for comment in newest
    ]
    users = active_holders(f"can_{MODERATE}", Comment.__name__)
    url = public_url("ModerationView.queue")
    return sum(
        _write(user, mails.PENDING, f"content.pending:{span}", count=count, comments=shown, url=url)
        for user in users
    )


def _tell_owner(comment: Comment) -> int:
    """Tell whoever the subject belongs to, unless they have written it themselves."""
    subject: Any = subject_of(comment)
    owner = db.session.get(User, getattr(subject, subject.__comments_belong_to__) or 0)
    if owner is None or not owner.active or owner.id == comment.writer_id:
        return 0
    return _write(owner, mails.APPROVED, f"content.approved:{comment.id}", **_about(comment))


def _tell_parent(comment: Comment) -> int:
    """Tell whom one has replied to, if they asked for it."""
    parent = comment.parent
    is_asked = parent is not None and parent.wants_replies and parent.email != comment.email
    if parent is None or not is_asked or parent.state is not CommentState.APPROVED:
        return 0
    leave_url = public_url("CommentsView.leave", token=leave_token(parent.email))
    key = send(
        mails.REPLIED,
        to=parent.email,
        locale=parent.locale,
        dedupe_key=f"content.replied:{comment.id}",
        unsubscribe=leave_url,
        name=parent.name,
        leave_url=leave_url,
        **_about(comment),
    )
    return int(key is not None)


def _about(comment: Comment) -> dict[str, str]:
    subject = subject_of(comment)
    return {
        "writer": comment.name,
        "subject_title": title_of(subject),
        "text": comment.text,
        "url": f"{whole_url(subject)}#comment-{comment.id}",
    }


def whole_url(subject: Any) -> str:
    """The address of a subject with the host, which the job has no request to learn it from."""
    with current_app.test_request_context(base_url=f"{site_url()}/"):
        path: str = subject.public_url()
    origin = "/".join(site_url().split("/", 3)[:3])
    return path if path.startswith("http") else f"{origin}{path}"


def _write(user: User, mail: Mail, dedupe_key: str, **values: Any) -> int:
    """Write a mail to a user in their language; gives whether there was none of this key."""
    if not user.email:
        return 0
    chosen = db.session.execute(
        sa.select(Preference.locale, Preference.timezone).where(Preference.user_id == user.id)
    ).one_or_none()
    locale, timezone = chosen or (None, None)
    name = user.get_full_name().strip() or user.username
    key = send(
        mail,
        to=user.email,
        locale=locale,
        timezone=timezone,
        dedupe_key=f"{dedupe_key}:{user.id}",
        name=name,
        **values,
    )
    return int(key is not None)
