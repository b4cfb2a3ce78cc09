"""Links that show a post to somebody without an account, until they end or are taken back."""

import secrets
from datetime import datetime, timedelta

from itsdangerous import BadData
from sqlalchemy import select

from app.core.addresses import public_url
from app.core.clock import now
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.core.signing import link_serializer
from app.extensions import db
from app.features.blog.models import Post

DAYS = 7
MAX_DAYS = 90
_PURPOSE = "blog.preview"
_KEY_BYTES = 16


def share_preview(post: Post, days: int = DAYS) -> str:
    """Make a link that shows the post for so many days; one made before ends."""
    with committed(gate_of(Post)):
        post.preview_key = secrets.token_urlsafe(_KEY_BYTES)
        post.preview_until = now() + timedelta(days=days)
    return preview_url(post) or ""


def revoke_previews(posts: list[Post]) -> int:
    """Let the links of these posts lead nowhere from now on; gives how many had one."""
    shared = [post for post in posts if post.preview_key is not None]
    with committed(gate_of(Post)):
        for post in shared:
            post.preview_key = post.preview_until = None
    return len(shared)


def preview_url(post: Post) -> str | None:
    """The link under which the post is shown now, if there is one."""
    if post.preview_key is None or not _is_open(post.preview_until):
        return None
    token = link_serializer(_PURPOSE).dumps([post.id, post.preview_key])
    return public_url("PreviewView.show", token=str(token))


def shared_post(token: str) -> Post | None:
    """The post that a link shows; None where it was altered, has ended or was taken back."""
    try:
        key, secret = link_serializer(_PURPOSE).loads(token)
    except (BadData, TypeError, ValueError):
        return None
    found = db.session.scalar(select(Post).where(Post.id == key, Post.deleted_at.is_(None)))
    if found is None or found.preview_key is None or not _is_open(found.preview_until):
        return None
    return found if secrets.compare_digest(found.preview_key, str(secret)) else None


def _is_open(until: datetime | None) -> bool:
    return until is not None and until > now()
