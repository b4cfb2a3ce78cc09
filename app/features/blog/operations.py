"""What happens to a post beyond filling in its form. Rights are checked by the gate before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, null, or_, select, update

from app.content.tags import tags_named
from app.core.clock import now
from app.core.errors import Conflict
from app.core.fields import title_of
from app.core.query.changes import committed
from app.core.query.gate import gate_of
from app.extensions import db
from app.features.blog import mails
from app.features.blog.desk.checks import missing_parts
from app.features.blog.desk.saving import REVISED, add_revision, prepare_save
from app.features.blog.models import Post, PostRevision, PostStatus

WAITING = (PostStatus.DRAFT, PostStatus.IN_REVIEW, PostStatus.ARCHIVED)
"""What can be given a moment to appear at."""
MAX_DUE = 500
"""How many posts one run of the job publishes; the next run does the others."""
_NO_REVIEW = {"submitted_at": None, "review_note": None}


def restore_revision(revision: PostRevision) -> int:
    """Give the post its old text back, as a new revision whose number is returned."""
    post = revision.post
    with committed(gate_of(Post)):
        for name in REVISED:
            setattr(post, name, getattr(revision, name))
        return add_revision(post).number


def submit_posts(posts: Sequence[Post]) -> int:
    """Hand drafts in for review, and tell those who may publish them."""
    drafts = [post for post in posts if post.status is PostStatus.DRAFT]
    _refuse_incomplete(drafts)
    with committed(gate_of(Post)):
        done = _set_status(
            drafts,
            Post.status == PostStatus.DRAFT,
            status=PostStatus.IN_REVIEW,
            submitted_at=now(),
            review_note=None,
        )
        mails.tell_of_submission(drafts)
    return done


def return_posts(posts: Sequence[Post], note: str) -> int:
    """Give posts back to their authors, with what is to be changed."""
    waiting = [post for post in posts if post.status is PostStatus.IN_REVIEW]
    with committed(gate_of(Post)):
        done = _set_status(
            waiting,
            Post.status == PostStatus.IN_REVIEW,
            status=PostStatus.DRAFT,
            submitted_at=None,
            review_note=note,
        )
        mails.tell_of_return(waiting, note)
    return done


def publish_posts(posts: Sequence[Post]) -> int:
    """Publish the posts that are not yet; the moment of the first publication stays."""
    _refuse_incomplete(posts)
    reviewed = [post for post in posts if post.status is PostStatus.IN_REVIEW]
    with committed(gate_of(Post)):
        done = _set_status(
            posts,
            Post.status != PostStatus.PUBLISHED,
            status=PostStatus.PUBLISHED,
            published_at=func.coalesce(Post.published_at, now()),
            expires_at=_future(Post.expires_at),
            **_NO_REVIEW,
        )
        mails.tell_of_approval(reviewed)
    return done


def schedule_posts(posts: Sequence[Post], publish_at: datetime | None = None) -> int:
    """Let the posts appear by themselves: at this moment, or at the one that each has set."""
    for post in posts:
        moment = publish_at or post.publish_at
        if moment is None or moment <= now():
            message = _("“%(post)s” needs a moment in the future to appear.", post=title_of(post))
            raise Conflict(message, code="date_in_past")
    _refuse_incomplete(posts)
    moment_set = {} if publish_at is None else {"publish_at": publish_at}
    reviewed = [post for post in posts if post.status is PostStatus.IN_REVIEW]
    with committed(gate_of(Post)):
        done = _set_status(
            posts,
            Post.status.in_((*WAITING, PostStatus.SCHEDULED)),
            status=PostStatus.SCHEDULED,
            **moment_set,
            **_NO_REVIEW,
        )
        mails.tell_of_approval(reviewed)
    return done


def archive_posts(posts: Sequence[Post]) -> int:
    """Take the posts back; their address then says that they are gone."""
    with committed(gate_of(Post)):
        return _set_status(
            posts, Post.status != PostStatus.ARCHIVED, status=PostStatus.ARCHIVED, **_NO_REVIEW
        )


def tag_posts(posts: Sequence[Post], names: Sequence[str]) -> int:
    """Give the posts these tags, making those that there are not; gives how many got one."""
    changed = 0
    with committed(gate_of(Post)):
        tags = tags_named(names)
        for post in posts:
            added = [tag for tag in tags if tag not in post.tags]
            post.tags.extend(added)
            changed += bool(added)
    return changed


def translate_post(post: Post, locale: str) -> Post:
    """Make a draft with the text of the post, to be written anew in another language."""
    first = post.original or post
    taken = select(Post.id).where(
        or_(Post.original_id == first.id, Post.id == first.id), Post.locale == locale
    )
    if db.session.scalar(taken.limit(1)) is not None:
        raise Conflict(_("The post is there in this language already."), code="translated_already")
    copied = ("kind", *REVISED, "image_alt", "youtube_id", "quote", "quote_source", "comments_open")
    with committed(gate_of(Post)):
        texts = {name: getattr(post, name) for name in copied}
        made = Post(locale=locale, original_id=first.id, tags=list(post.tags), **texts)
        prepare_save(made)
        db.session.add(made)
    return made


def publish_due() -> dict[str, int]:
    """Publish what is due and archive what has expired; the caller commits.

    Rows that another run works on are left to it, so that each post is published once.
    """
    moment = now()
    due = _locked(Post.status == PostStatus.SCHEDULED, Post.publish_at <= moment)
    for post in due:
        post.status = PostStatus.PUBLISHED
        post.published_at = post.published_at or moment
    db.session.flush()
    expired = _locked(Post.status == PostStatus.PUBLISHED, Post.expires_at <= moment)
    for post in expired:
        post.status = PostStatus.ARCHIVED
    db.session.flush()
    return {"published": len(due), "archived": len(expired)}


def _locked(*conditions: ColumnElement[bool]) -> Sequence[Post]:
    chosen = select(Post).where(Post.deleted_at.is_(None), *conditions).order_by(Post.id)
    return db.session.scalars(
        chosen.limit(MAX_DUE).with_for_update(skip_locked=True, of=Post)
    ).all()


def _future(column: Any) -> Any:
    """The moment in the column, unless it has passed: what is published again is to stay."""
    return case((column > now(), column), else_=null())


def _refuse_incomplete(posts: Sequence[Post]) -> None:
    """Refuse to show the world what lacks a part that a post of its kind needs."""
    for post in posts:
        missing = missing_parts(post)
        if missing:
            message = _(
                "“%(post)s” lacks something: %(what)s", post=title_of(post), what=missing[0]
            )
            raise Conflict(message, code="post_incomplete")


def _set_status(posts: Sequence[Post], which: ColumnElement[bool], **values: Any) -> int:
    if not posts:
        return 0
    chosen = Post.id.in_([post.id for post in posts])
    values["version"] = Post.version + 1
    return int(db.session.execute(update(Post).where(chosen, which).values(values)).rowcount)
