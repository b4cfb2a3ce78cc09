"""The comments of a subject as everybody sees them, in one statement."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup

from app.content.comments.inert import inert
from app.content.comments.models import Comment, CommentState, subject_column
from app.content.subjects import name_of
from app.extensions import db

PAGE = 200
"""Comments of one page of a thread."""
MAX_DEPTH = 3
"""Replies further down are drawn at this depth."""


@dataclass(frozen=True)
class Written:
    """One comment with what was replied to it."""

    id: int
    name: str
    text: str
    created_at: datetime.datetime
    edited_at: datetime.datetime | None
    is_by_author: bool
    """Whether whoever the subject belongs to has written it."""
    answers: str
    """Whose comment it replies to, where that is not plain from the place it stands at."""
    replies: list[Written] = field(default_factory=list)

    @property
    def html(self) -> Markup:
        """The text, drawn as nothing but text."""
        return inert(self.text)


@dataclass(frozen=True)
class Thread:
    """One page of the comments of a subject, the oldest first."""

    subject: str
    """What its kind is called in addresses."""
    key: int
    is_open: bool
    comments: Sequence[Written]
    count: int
    """How many there are on all pages."""
    page: int
    pages: int


def thread_of(subject: Any, page: int = 1) -> Thread:
    """The approved comments of a subject; whoever calls has made sure that it may be seen."""
    chosen = sa.and_(
        subject_column(type(subject)) == subject.id, Comment.state == CommentState.APPROVED
    )
    columns = (
        Comment.id,
        Comment.parent_id,
        Comment.writer_id,
        Comment.name,
        Comment.text,
        Comment.created_at,
        Comment.edited_at,
    )
    statement = (
        sa.select(*columns)
        .where(chosen)
        .order_by(Comment.created_at, Comment.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    rows = db.session.execute(statement).all()
    count = len(rows)
    if page > 1 or count == PAGE:
        count = db.session.scalar(sa.select(sa.func.count()).where(chosen)) or 0
    owner = getattr(subject, subject.__comments_belong_to__)
    return Thread(
        subject=name_of(type(subject)),
        key=subject.id,
        is_open=subject.comments_are_open,
        comments=_tree(rows, owner),
        count=count,
        page=page,
        pages=max(1, -(-count // PAGE)),
    )


def _tree(rows: Sequence[Any], owner: int | None) -> list[Written]:
    """Hang replies under what they reply to; one whose parent is not here stands by itself."""
    found: dict[int, Written] = {}
    depths: dict[int, int] = {}
    places: dict[int, list[Written]] = {}
    top: list[Written] = []
    for row in rows:
        parent = found.get(row.parent_id)
        depth = 0 if parent is None else depths[parent.id] + 1
        is_deep = depth >= MAX_DEPTH
        comment = Written(
            row.id,
            row.name,
            row.text,
            row.created_at,
            row.edited_at,
            is_by_author=owner is not None and row.writer_id == owner,
            answers=parent.name if parent is not None and is_deep else "",
        )
        place = top if parent is None else places[parent.id] if is_deep else parent.replies
        place.append(comment)
        found[comment.id], places[comment.id] = comment, place
        depths[comment.id] = min(depth, MAX_DEPTH - 1)
    return top
