"""What each public page is made from, and so which changes drop it from the cache."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import redirect, request
from werkzeug.exceptions import HTTPException

from app.content.comments.models import Comment, subject_column
from app.content.tags.models import Tag
from app.core.cache import Tag as CacheTag, cached, row_tag, rows_tag
from app.core.changes import watch
from app.core.clock import now
from app.core.errors import Gone, NotFound
from app.core.pagecache import Plan
from app.features.blog.addresses import post_url
from app.features.blog.models import AuthorProfile, Post
from app.features.blog.site import queries
from app.features.blog.site.queries import PostLink, Sidebar, TagLink

HOME_SECONDS = 60
POST_SECONDS = 600
SIDEBAR_SECONDS = 7200
_SEEN = "blog.seen"

LISTED: tuple[CacheTag, ...] = (Post, Tag, queries.posts_of_tags, AuthorProfile)
"""What lists of posts are made from. Nobody's account is among it: each log-in changes one."""


class Kept(NamedTuple):
    """Something beside a page, kept for itself, and what tells it from another one."""

    value: Any
    stamp: bytes


class Around(NamedTuple):
    """Where a post stands among the others."""

    key: int
    tags: tuple[TagLink, ...]
    previous: PostLink | None
    next: PostLink | None
    translations: tuple[PostLink, ...]
    related: tuple[PostLink, ...]


def watch_comments() -> str:
    """Note whose comments change; call it while the application is made."""
    return watch(subject_column(Post))


def sidebar() -> Sidebar:
    """What stands beside every page."""
    found: Sidebar = _sidebar().value
    return found


def around(slug: str) -> Around:
    """Where a post stands; where there is no such post, it raises what is to be answered."""
    found: Around = _around(slug).value
    return found


def plan_of_list(**_values: Any) -> Plan:
    """A list of posts goes with any change of a post, a tag or an author."""
    kept = _sidebar()
    return Plan(LISTED, kept.stamp, kept.value.expires_at)


def plan_of_post(slug: str) -> Plan:
    """A post goes with a change of itself, of a comment on it, or of what it shows of others."""
    beside, here = _sidebar(), _around(slug)
    key = here.value.key
    comments = f"{Comment.__tablename__}.{subject_column(Post).key}"
    tags = (row_tag(Post, key), rows_tag(comments, key), AuthorProfile)
    return Plan(tags, (beside.stamp, here.stamp), beside.value.expires_at)


def no_plan(**_values: Any) -> None:
    """What people search for is endless, and is not kept."""


def _sidebar() -> Kept:
    return _kept("blog:sidebar", LISTED, queries.read_sidebar, lambda found: found.expires_at)


def _around(slug: str) -> Kept:
    def make() -> Around:
        found = queries.find_key(slug)
        if found is None:
            raise _missing(slug)
        post, tags = found
        beside = queries.read_neighbours(post)
        return Around(
            post.id,
            tuple(tags),
            next(iter(beside["previous"]), None),
            next(iter(beside["next"]), None),
            tuple(beside["translations"]),
            tuple(queries.read_related(post.id, tags)),
        )

    # An address that nobody has is as long as its sender likes.
    if len(slug) > Post.slug.type.length:
        raise NotFound
    expires: Callable[[Any], datetime | None] = lambda _found: sidebar().expires_at  # noqa: E731
    return _kept(f"blog:around:{slug}", LISTED, make, expires)


def _missing(slug: str) -> Exception:
    found = queries.find_gone(slug)
    if isinstance(found, str):
        return HTTPException(response=redirect(post_url(found), HTTPStatus.MOVED_PERMANENTLY))
    return Gone() if found else NotFound()


def _kept(
    key: str,
    tags: tuple[CacheTag, ...],
    make: Callable[[], Any],
    expires_at: Callable[[Any], datetime | None],
) -> Kept:
    """What is made is kept until it becomes another one by itself, at most for two hours.

    A request sees it as it was first seen: the page is kept under the stamp of what it shows.
    """
    seen: dict[str, Kept] = request.environ.setdefault(_SEEN, {})
    if key not in seen:
        seen[key] = _kept_now(key, tags, make, expires_at)
    return seen[key]


def _kept_now(
    key: str,
    tags: tuple[CacheTag, ...],
    make: Callable[[], Any],
    expires_at: Callable[[Any], datetime | None],
) -> Kept:
    def make_kept() -> tuple[Kept, datetime | None]:
        value = make()
        digest = blake2b(repr(value).encode(), digest_size=12).digest()
        return Kept(value, digest), expires_at(value)

    found, until = cached(key, tags, make_kept, SIDEBAR_SECONDS, is_shared=True)
    if until is not None and until <= now():
        # It has expired meanwhile; what it says of the next moment is old with it.
        return make_kept()[0]
    return found
