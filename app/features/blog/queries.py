"""Which posts are whose, as conditions for the rules of the views."""

from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from app.core.query.gate import gate_of
from app.features.blog.models import Post, PostStatus

# A table, not the model: the gate adds the rules of a model wherever the model stands.
_posts = Post.__table__.c


def manages(model: type) -> bool:
    """Whether whoever asks answers for all rows of the model, and not for their own only."""
    return gate_of(model).can("manage")


def is_own(owner_id: Any, user: Any, model: type) -> ColumnElement[bool]:
    """Rows that belong to the user; all of them for whoever manages the model."""
    return true() if manages(model) else owner_id == (user.id if user is not None else None)


def is_readable_post(user: Any) -> ColumnElement[bool]:
    return or_(Post.status == PostStatus.PUBLISHED, is_own(Post.author_id, user, Post))


def is_deletable_post(user: Any) -> ColumnElement[bool]:
    if manages(Post):
        return true()
    return is_own(Post.author_id, user, Post) & (Post.status == PostStatus.DRAFT)


def is_of_own_post(post_id: Any, user: Any) -> ColumnElement[bool]:
    return post_id.in_(select(_posts.id).where(is_own(_posts.author_id, user, Post)))
