"""Who sees which comments: the same for lists, the API, exports and everything else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

from app.content.comments.models import Comment, CommentState, subject_column, subjects
from app.core.query.gate import gate_of, gates

MODERATE = "moderate"
"""The verb of those who see all comments, whatever their state, and who has written them."""
SKIP_MODERATION = "skip_moderation"
"""The verb of those whose own comments are shown at once."""


def known_subjects() -> dict[str, type]:
    """The models of this site that can be commented on, by the name of their relation."""
    return {name: model for name, model in subjects().items() if model in gates()}


def is_visible_comment(user: Any) -> ColumnElement[bool]:
    """Approved comments on what the user may read, and all on what is theirs."""
    conditions: list[ColumnElement[bool]] = []
    for model in known_subjects().values():
        key, column = _key(model), subject_column(model)
        readable = sa.select(key).where(gate_of(model).condition())
        conditions.append(sa.and_(Comment.state == CommentState.APPROVED, column.in_(readable)))
        if user is not None:
            table: Any = sa.inspect(model).local_table
            owner: str = model.__comments_belong_to__  # type: ignore[attr-defined]
            conditions.append(column.in_(sa.select(table.c.id).where(table.c[owner] == user.id)))
    return sa.or_(sa.false(), *conditions)


def _key(model: Any) -> Any:
    return model.id
