"""Which posts are whose, as conditions for the rules of the views."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, true
from sqlalchemy.orm import joinedload

from app.core.clock import now
from app.core.query.gate import gate_of
from app.extensions import db
from app.features.blog.models import Post, PostRevision, PostStatus

MAX_REVISIONS = 100
"""How many revisions stand on the page that compares them."""

# A table, not the model: the gate adds the rules of a model wherever the model stands.
_posts = Post.__table__.c


def manages(model: type) -> bool:
    """Whether whoever asks answers for all rows of the model, and not for their own only."""
    return gate_of(model).can("manage")


def is_own(owner_id: Any, user: Any, model: type) -> ColumnElement[bool]:
    """Rows that belong to the user; all of them for whoever manages the model."""
    return true() if manages(model) else owner_id == (user.id if user is not None else None)


def is_published() -> ColumnElement[bool]:
    """Posts that anybody may read now; the desk, the public pages and the API share this."""
    # Written into the statement, so that a database takes the indexes on published posts.
    published = literal(PostStatus.PUBLISHED, Post.status.type, literal_execute=True)
    return and_(Post.status == published, or_(Post.expires_at.is_(None), Post.expires_at > now()))


def is_readable_post(user: Any) -> ColumnElement[bool]:
    return or_(is_published(), is_own(Post.author_id, user, Post))


def is_editable_post(user: Any) -> ColumnElement[bool]:
    """Their own posts; without the right to publish, only those that readers do not see as well."""
    return and_(is_own(Post.author_id, user, Post), _is_changeable(Post.status))


def is_deletable_post(user: Any) -> ColumnElement[bool]:
    if manages(Post):
        return true()
    return is_own(Post.author_id, user, Post) & (Post.status == PostStatus.DRAFT)


def is_of_own_post(post_id: Any, user: Any) -> ColumnElement[bool]:
    return post_id.in_(select(_posts.id).where(is_own(_posts.author_id, user, Post)))


def is_of_editable_post(post_id: Any, user: Any) -> ColumnElement[bool]:
    is_mine = is_own(_posts.author_id, user, Post)
    return post_id.in_(select(_posts.id).where(is_mine, _is_changeable(_posts.status)))


def _is_changeable(status: Any) -> ColumnElement[bool]:
    """What was approved must stay what it was, or a review would say nothing."""
    if gate_of(Post).can("publish"):
        return true()
    return status.not_in((PostStatus.PUBLISHED, PostStatus.SCHEDULED))


def count_waiting() -> int:
    """How many of the posts that the user may return wait for a review."""
    waiting = gate_of(Post).rows("return").where(Post.status == PostStatus.IN_REVIEW)
    return db.session.scalar(waiting.with_only_columns(func.count()).order_by(None)) or 0


def revisions_of(post: Post) -> Sequence[PostRevision]:
    """The revisions that the user may read, the newest first, with who has saved them."""
    statement = gate_of(PostRevision).rows().where(PostRevision.post_id == post.id)
    statement = statement.options(joinedload(PostRevision.saved_by))
    return db.session.scalars(
        statement.order_by(PostRevision.number.desc()).limit(MAX_REVISIONS)
    ).all()
