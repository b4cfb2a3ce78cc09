"""Writing a comment: what is refused, what waits for a decision, and what is shown at once."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from app.content.comments.blocking import is_blocked
from app.content.comments.inert import links_in
from app.content.comments.models import (
    NAME_LENGTH,
    TEXT_LENGTH,
    Comment,
    CommentState,
    HeldBecause,
    subject_column,
    subject_of,
)
from app.content.comments.notices import tell_of
from app.content.comments.rules import SKIP_MODERATION
from app.content.comments.signals import comment_submitted
from app.content.subjects import name_of
from app.core.clock import now
from app.core.errors import BureauError, Conflict, Invalid, RateLimited
from app.core.i18n import current_locale
from app.core.kinds import BadValue
from app.core.kinds.text import Email, LongText, Text
from app.core.once import Ticket
from app.core.query.changes import committed
from app.core.query.gate import current_actor, gate_of
from app.core.query.turns import take_turn
from app.extensions import db

HOUR = datetime.timedelta(hours=1)
READERS = {"name": Text(NAME_LENGTH), "email": Email(), "text": LongText(TEXT_LENGTH)}


def submit_comment(
    subject: Any,
    *,
    text: str,
    name: str = "",
    email: str = "",
    parent: Comment | None = None,
    wants_replies: bool = False,
    address: str | None = None,
    is_robot: bool = False,
    ticket: Ticket | None = None,
) -> Comment:
    """Write a comment of whoever is signed in, else of a visitor of this name, and commit.

    It is shown at once where the writer may skip moderation; else it waits. Raises `Conflict`
    with the code `comments_closed`, `Invalid` with messages by field, and `RateLimited`. What a
    robot or somebody blocked has written is kept as spam, and they are told nothing of it.
    """
    check_open(subject)
    user = current_actor()
    if user is not None:
        name, email = user.get_full_name().strip() or name or user.username, user.email
    values = _checked({"name": name, "email": email, "text": text})
    _check_parent(subject, parent)
    is_trusted = gate_of(Comment).can(SKIP_MODERATION)
    comment = Comment(
        **values,
        parent_id=None if parent is None else parent.id,
        writer_id=None if user is None else user.id,
        wants_replies=wants_replies,
        address=address,
        locale=str(current_locale()),
    )
    setattr(comment, f"{name_of(type(subject))}_id", subject.id)
    comment.held_because = None if is_trusted else _held_because(comment, is_robot=is_robot)
    comment.state = _state_for(comment.held_because)
    with committed(gate_of(Comment)):
        if ticket is not None:
            ticket.claim()
        if not is_trusted:
            _check_rate(address)
        _check_new(subject, values)
        db.session.add(comment)
        db.session.flush()
        if ticket is not None:
            ticket.settle(str(comment.id))
        comment_submitted.send(Comment, comment=comment)
        tell_of([comment], comment.state)
    return comment


def rewrite_comment(comment: Comment, text: str) -> None:
    """Correct a comment for its writer, and commit; what was shown waits again for a decision."""
    check_open(subject_of(comment))
    values = _checked({"text": text})
    if values["text"] == comment.text:
        return
    is_trusted = gate_of(Comment).can(SKIP_MODERATION)
    was_shown = comment.state is CommentState.APPROVED
    with committed(gate_of(Comment)):
        comment.text, comment.edited_at = values["text"], now()
        if not is_trusted:
            comment.held_because = _held_because(comment, is_robot=False)
            comment.state = _state_for(comment.held_because)
            if was_shown:
                tell_of([comment], comment.state)


def check_open(subject: Any) -> None:
    """Raise `Conflict` where no comments are taken."""
    if not subject.comments_are_open:
        raise Conflict(_("No comments are taken here any more."), code="comments_closed")


def _checked(values: Mapping[str, str]) -> dict[str, str]:
    errors, found = {}, {}
    for name, raw in values.items():
        if not raw.strip():
            errors[name] = [_("Fill in this field.")]
            continue
        try:
            found[name] = READERS[name].parse(raw.strip())
        except BadValue as error:
            errors[name] = [str(error)]
    if errors:
        raise Invalid(errors=errors)
    return found


def is_shown_with(subject: Any, comment: Comment) -> bool:
    """Whether everybody who reads about a subject sees this comment there."""
    is_here: bool = getattr(comment, f"{name_of(type(subject))}_id") == subject.id
    return is_here and comment.state is CommentState.APPROVED


def _check_parent(subject: Any, parent: Comment | None) -> None:
    """A reply must be to something that its reader can see, on the same page."""
    if parent is not None and not is_shown_with(subject, parent):
        raise Invalid(errors={"parent": [_("The comment that you reply to is no longer there.")]})


def _check_rate(address: str | None) -> None:
    """Let nobody write more comments in an hour than the site allows an address."""
    most = current_app.config["BUREAU_COMMENTS_PER_HOUR"]
    if not most or address is None:
        return
    take_turn(f"comments:{address}")
    recent = (
        sa.select(Comment.created_at)
        .where(Comment.address == address, Comment.created_at > now() - HOUR)
        .order_by(Comment.created_at.desc())
        .limit(most)
    )
    moments = db.session.scalars(recent).all()
    if len(moments) >= most:
        error: BureauError = RateLimited(int((moments[-1] + HOUR - now()).total_seconds()) + 1)
        error.message = _("You have written many comments in the last hour. Try again later.")
        raise error


def _check_new(subject: Any, values: Mapping[str, str]) -> None:
    """Refuse what the same person has said here already: most likely they sent it twice."""
    same = sa.select(Comment.id).where(
        Comment.email == values["email"],
        Comment.text == values["text"],
        subject_column(type(subject)) == subject.id,
    )
    if db.session.scalar(same.limit(1)) is not None:
        message = _("You have written this already; it is here, or it waits for a decision.")
        raise Invalid(errors={"text": [message]}, code="duplicate_comment")


def _held_because(comment: Comment, *, is_robot: bool) -> HeldBecause:
    if is_robot:
        return HeldBecause.ROBOT
    about = {name: getattr(comment, name) for name in ("name", "email", "text", "address")}
    if is_blocked(**about):
        return HeldBecause.BLOCKED
    many = links_in(comment.text) > current_app.config["BUREAU_COMMENT_LINKS"]
    return HeldBecause.LINKS if many else HeldBecause.STRANGER


def _state_for(reason: HeldBecause | None) -> CommentState:
    if reason is None:
        return CommentState.APPROVED
    is_unwanted = reason in (HeldBecause.ROBOT, HeldBecause.BLOCKED)
    return CommentState.SPAM if is_unwanted else CommentState.PENDING
