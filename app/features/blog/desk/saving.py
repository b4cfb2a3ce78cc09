"""What a save of a post brings with it: its slug, its former addresses and its revisions."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, inspect, select

from app.content.markup import MAX_MARKDOWN, TextFormat, render_markdown
from app.core.errors import Invalid
from app.core.query.turns import take_turn
from app.core.slugs import free_slug, stem_of
from app.extensions import db
from app.features.blog.addresses import RESERVED_SLUGS
from app.features.blog.desk.slugs import SLUG_LENGTH, slug_of
from app.features.blog.models import Post, PostAddress, PostRevision

_TURN = "blog.slug"
REVISED = ("title", "summary", "body", "body_format", "body_source")


def prepare_save(post: Post) -> None:
    """Keep the slug in step with the title until the first publication, and write a revision.

    A slug that somebody has chosen stays, and the one before it leads to it.
    """
    if len(post.body_source or "") > MAX_MARKDOWN:
        message = _("Use at most %(limit)d characters.", limit=MAX_MARKDOWN)
        raise Invalid(errors={"body_source": [message]})
    if post.body_format is TextFormat.MARKDOWN:
        post.body = render_markdown(post.body_source or "") or None
    changed = {name for name in REVISED if _has_changed(post, name)}
    with db.session.no_autoflush:
        if post.slug is not None and _has_changed(post, "slug"):
            take_turn(_TURN)
            _move_address(post)
        elif post.slug is None or (post.published_at is None and "title" in changed):
            # Of two posts with one title that are saved at once, the second sees the first.
            take_turn(_TURN)
            post.slug = _free_slug(post)
        if changed:
            add_revision(post)


def add_revision(post: Post) -> PostRevision:
    """Keep the text of the post as it is now, under the next number."""
    last = select(func.max(PostRevision.number)).where(PostRevision.post_id == post.id)
    number = (db.session.scalar(last) or 0) + 1
    texts = {name: getattr(post, name) for name in REVISED}
    revision = PostRevision(post=post, number=number, **texts)
    db.session.add(revision)
    return revision


def _has_changed(post: Post, name: str) -> bool:
    return bool(inspect(post).attrs[name].history.has_changes())


def _move_address(post: Post) -> None:
    """Take another slug by hand, and let the former one lead on if readers may know it."""
    other = select(PostAddress.post_id).where(PostAddress.slug == post.slug)
    owner = db.session.scalar(other)
    if owner is not None and owner != post.id:
        message = _("Another post was at this address. Choose another one.")
        raise Invalid(errors={"slug": [message]})
    if owner is not None:
        db.session.execute(delete(PostAddress).where(PostAddress.slug == post.slug))
    former: Any = inspect(post).attrs.slug.history.deleted
    if former and former[0] and post.published_at is not None:
        db.session.add(PostAddress(slug=former[0], post=post))


def _free_slug(post: Post) -> str:
    """The slug of the title, with a number behind it where it is taken or means another page."""
    wanted = slug_of(post.title)
    begins = stem_of(wanted, SLUG_LENGTH)
    posts = select(Post.slug).where(
        Post.slug.startswith(begins, autoescape=True), Post.id != post.id
    )
    former = select(PostAddress.slug).where(
        PostAddress.slug.startswith(begins, autoescape=True), PostAddress.post_id != post.id
    )
    # Of posts in the trash too: they may come back.
    taken = {*db.session.scalars(posts), *db.session.scalars(former), *RESERVED_SLUGS}
    return free_slug(wanted, taken, SLUG_LENGTH)
