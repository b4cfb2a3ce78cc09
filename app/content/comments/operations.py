"""What happens to comments after they were written. Rights are checked by the gate before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.content.comments.blocking import network_of
from app.content.comments.models import BlockKind, Comment, CommentBlock, CommentState
from app.content.comments.notices import tell_of
from app.content.comments.signals import comment_decided
from app.core.clock import now
from app.core.errors import Invalid
from app.core.models import current_user_id
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.extensions import db


def approve(comments: Sequence[Comment]) -> int:
    """Show comments to everybody; gives how many were not shown before."""
    return _decide(comments, CommentState.APPROVED)


def reject(comments: Sequence[Comment]) -> int:
    """Show comments to nobody."""
    return _decide(comments, CommentState.REJECTED)


def mark_spam(comments: Sequence[Comment]) -> int:
    """Show comments to nobody, and take them for what nobody wants."""
    return _decide(comments, CommentState.SPAM)


def prepare_change(comment: Comment) -> None:
    """Note who has decided, where the form of a comment changes its state or its text."""
    changes: Any = sa.inspect(comment).attrs
    if changes.text.history.has_changes():
        comment.edited_at = now()
    if changes.state.history.has_changes():
        comment.decided_at, comment.decided_by_id = now(), current_user_id()
        _announce([comment], comment.state)


def prepare_block(block: CommentBlock) -> None:
    """Write what is blocked as it is compared later."""
    value = (block.value or "").strip().casefold()
    if block.kind is BlockKind.ADDRESS:
        try:
            value = network_of(value)
        except ValueError as error:
            message = _("Write a network address, such as 192.0.2.7 or 192.0.2.0/24.")
            raise Invalid(errors={"value": [message]}) from error
    block.value = value


def _decide(comments: Sequence[Comment], state: CommentState) -> int:
    chosen = [comment for comment in comments if comment.state is not state]
    values = {
        "state": state,
        "decided_at": now(),
        "decided_by_id": current_user_id(),
        "version": Comment.version + 1,
    }
    which = Comment.id.in_([comment.id for comment in chosen])
    with committed(gate_of(Comment)):
        done = db.session.execute(sa.update(Comment).where(which).values(values))
        if chosen:
            _announce(chosen, state)
    return done.rowcount


def _announce(comments: Sequence[Comment], state: CommentState) -> None:
    comment_decided.send(Comment, comments=comments, state=state)
    if state is CommentState.APPROVED:
        tell_of(comments, state)
