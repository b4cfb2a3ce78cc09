"""Posts and the people who write them."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User

from app.core.clock import now
from app.extensions import db
from app.features.blog.desk.saving import prepare_save
from app.features.blog.models import Post, PostStatus


def make_post(author: User, title: str = "Fog over the harbour", **values: Any) -> Post:
    """A draft with some text, unless the values say otherwise."""
    post = Post(author_id=author.id, title=title, **{"body": "<p>Grey.</p>", **values})
    prepare_save(post)
    db.session.add(post)
    db.session.commit()
    return post


def make_published_post(author: User, **values: Any) -> Post:
    """A post that everybody may read."""
    return make_post(author, **{"status": PostStatus.PUBLISHED, "published_at": now(), **values})
