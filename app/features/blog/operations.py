"""What happens to a post beyond filling in its form. Rights are checked by the gate before."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, inspect, select, update

from app.core.clock import now
from app.core.errors import Conflict
from app.core.fields import title_of
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.extensions import db
from app.features.blog.models import Post, PostRevision, PostStatus

SLUG_LENGTH = 120
LIGATURES = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th"}
REVISED = ("title", "summary", "body")


def prepare_save(post: Post) -> None:
    """Keep the slug in step with the title until the first publication, and write a revision."""
    changed = {name for name in REVISED if inspect(post).attrs[name].history.has_changes()}
    with db.session.no_autoflush:
        if post.slug is None or (post.published_at is None and "title" in changed):
            post.slug = _free_slug(post)
        if changed:
            _add_revision(post)


def restore_revision(revision: PostRevision) -> int:
    """Give the post its old text back, as a new revision whose number is returned."""
    post = revision.post
    with committed(gate_of(Post)):
        for name in REVISED:
            setattr(post, name, getattr(revision, name))
        return _add_revision(post).number


def publish_posts(posts: Sequence[Post]) -> int:
    """Publish the posts that are not yet; the moment of the first publication stays."""
    for post in posts:
        if not post.is_complete:
            message = _("“%(post)s” lacks what a post of its kind needs.", post=title_of(post))
            raise Conflict(message, code="post_incomplete")
    return _set_status(
        posts,
        Post.status != PostStatus.PUBLISHED,
        status=PostStatus.PUBLISHED,
        published_at=func.coalesce(Post.published_at, now()),
    )


def schedule_posts(posts: Sequence[Post]) -> int:
    """Let the posts appear by themselves when the moment set in them has come."""
    for post in posts:
        if post.publish_at is None or post.publish_at <= now():
            message = _("“%(post)s” needs a moment in the future to appear.", post=title_of(post))
            raise Conflict(message, code="date_in_past")
    waiting = Post.status.in_([PostStatus.DRAFT, PostStatus.ARCHIVED])
    return _set_status(posts, waiting, status=PostStatus.SCHEDULED)


def archive_posts(posts: Sequence[Post]) -> int:
    """Take the posts back; their address then says that they are gone."""
    return _set_status(posts, Post.status != PostStatus.ARCHIVED, status=PostStatus.ARCHIVED)


def slug_of(title: str) -> str:
    """The title as a part of an address: Latin letters lose their accents, others stay."""
    letters = "".join(_plain(letter) for letter in unicodedata.normalize("NFC", title.lower()))
    slug = re.sub("-+", "-", letters).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or "post"


def _plain(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if marks and base.isascii():
        return base
    # Letters, marks and digits make words; everything else parts them.
    return LIGATURES.get(letter, letter if unicodedata.category(letter)[0] in "LMN" else "-")


def _free_slug(post: Post) -> str:
    """The slug of the title, with a number behind it where another post has it already."""
    wanted = slug_of(post.title)
    stem = wanted[: SLUG_LENGTH - 6]
    taken = set(
        db.session.scalars(
            select(Post.slug).where(Post.slug.startswith(stem, autoescape=True), Post.id != post.id)
        )
    )
    candidates = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(s for s in candidates if s not in taken)


def _add_revision(post: Post) -> PostRevision:
    last = select(func.max(PostRevision.number)).where(PostRevision.post_id == post.id)
    number = (db.session.scalar(last) or 0) + 1
    texts = {name: getattr(post, name) for name in REVISED}
    revision = PostRevision(post=post, number=number, **texts)
    db.session.add(revision)
    return revision


def _set_status(posts: Sequence[Post], which: ColumnElement[bool], **values: Any) -> int:
    chosen = Post.id.in_([post.id for post in posts])
    values["version"] = Post.version + 1
    with committed(gate_of(Post)):
        done = db.session.execute(update(Post).where(chosen, which).values(values))
    return done.rowcount
