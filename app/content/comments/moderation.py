"""The page on which moderators decide about one comment after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_appbuilder.baseviews import BaseView, expose
from flask_babel import gettext as _, lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from app.content.comments.inert import inert
from app.content.comments.models import (
    BlockKind,
    Comment,
    CommentBlock,
    CommentState,
    HeldBecause,
    subject_name_of,
)
from app.content.comments.rules import MODERATE, known_subjects
from app.core.errors import BadParameter
from app.core.fields import encode_key, title_of
from app.core.query.gate import gate_of
from app.core.views import guard
from app.core.views.context import registered_views
from app.extensions import db

AT_ONCE = 20
VERBS: Sequence[tuple[str, str, Any, str]] = (
    ("approve", "a", _l("Approve"), "check"),
    ("reject", "r", _l("Reject"), "close"),
    ("spam", "s", _l("Spam"), "flag"),
    ("delete", "d", _l("Delete"), "trash"),
)
"""What can be decided: the verb, its key on the keyboard, its label and its icon."""
STATES = {
    CommentState.PENDING: _l("Waiting"),
    CommentState.SPAM: _l("Spam"),
    CommentState.REJECTED: _l("Rejected"),
    CommentState.APPROVED: _l("Approved"),
}
REASONS = {
    HeldBecause.STRANGER: _l("Not known yet"),
    HeldBecause.LINKS: _l("Many links"),
    HeldBecause.BLOCKED: _l("On the block list"),
    HeldBecause.ROBOT: _l("Filled in by a robot"),
}


@dataclass(frozen=True)
class Case:
    """One comment with what helps to decide about it."""

    comment: Comment
    key: str
    subject_title: str
    url: str
    """The page it is about."""
    earlier: Mapping[CommentState, int]
    """How many comments its writer has in each state, this one among them."""


class ModerationView(BaseView):
    """`/content/moderation/`: what waits, the oldest first."""

    route_base = "/content/moderation"
    default_view = "queue"
    class_permission_name = "Comment"
    base_permissions = [f"can_{MODERATE}"]
    icon = "tasks"

    @expose("/")
    @guard(MODERATE)
    def queue(self) -> Any:
        """The comments of one state with their thread and their writer."""
        state = _state()
        cases, has_more = cases_of(state)
        gate, view = gate_of(Comment), registered_views()[Comment]
        offered = [verb for verb in VERBS if view.allows(verb[0])]
        return self.render_template(
            "content/moderation.html",
            view=view,
            cases=cases,
            has_more=has_more,
            state=state,
            states=STATES,
            verbs=[verb for verb in offered if (verb[0], state) not in DECIDED],
            can_edit=gate.can("edit"),
            block_url=_block_url,
            inert=inert,
            reason=_in_words,
        )


DECIDED = {
    ("approve", CommentState.APPROVED),
    ("reject", CommentState.REJECTED),
    ("spam", CommentState.SPAM),
}


def cases_of(state: CommentState) -> tuple[list[Case], bool]:
    """The first comments in this state, the oldest first, and whether there are more."""
    subjects = [selectinload(getattr(Comment, name)) for name in known_subjects()]
    statement = (
        gate_of(Comment)
        .rows(MODERATE)
        .where(Comment.state == state)
        .options(joinedload(Comment.parent), *subjects)
        .order_by(Comment.created_at, Comment.id)
        .limit(AT_ONCE + 1)
    )
    comments = db.session.scalars(statement).unique().all()
    counts = _counts([comment.email for comment in comments])
    cases = [_case(comment, counts) for comment in comments[:AT_ONCE]]
    return cases, len(comments) > AT_ONCE


def _case(comment: Comment, counts: Mapping[tuple[str, CommentState], int]) -> Case:
    subject = getattr(comment, subject_name_of(comment))
    of_writer = {state: counts.get((comment.email, state), 0) for state in CommentState}
    return Case(
        comment,
        encode_key(comment),
        title_of(subject) if subject is not None else _("(hidden from you)"),
        subject.public_url() if subject is not None else "",
        {state: count for state, count in of_writer.items() if count},
    )


def _counts(addresses: Sequence[str]) -> Mapping[tuple[str, CommentState], int]:
    """How many comments there are of each of these writers, by state."""
    if not addresses:
        return {}
    statement = (
        sa.select(Comment.email, Comment.state, sa.func.count())
        .where(Comment.email.in_(set(addresses)))
        .group_by(Comment.email, Comment.state)
    )
    return {(email, state): count for email, state, count in db.session.execute(statement)}


def _in_words(reason: HeldBecause) -> str:
    return str(REASONS[reason])


def _state() -> CommentState:
    try:
        return CommentState(request.args.get("state", CommentState.PENDING.value))
    except ValueError as error:
        raise BadParameter(errors={"state": [_("There is no such state.")]}) from error


def _block_url(kind: str, value: str) -> str:
    """The form that puts somebody on the block list, filled in."""
    view = registered_views()[CommentBlock]
    url: str = view.url("add", kind=BlockKind(kind).value, value=value, next=request.full_path)
    return url if view.allows("add") else ""
