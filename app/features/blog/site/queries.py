"""What the public pages read: published posts and what belongs to them, and nothing else.

Every statement of theirs is made here. `is_public` is what the gate asks of a visitor, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.sql import ColumnElement

from app.content.tags.models import Tag, TagAddress
from app.core.charts.buckets import Unit
from app.core.charts.periods import period_start, reader_zone
from app.core.clock import now
from app.core.fields import fields_of
from app.core.trash import Scope, scope_condition
from app.extensions import db
from app.features.blog.models import AuthorProfile, Post, PostAddress, PostStatus
from app.features.blog.queries import is_published

SIDEBAR_POSTS = 5
SIDEBAR_TAGS = 5
COUNTED_POSTS = 1_000
"""Of how many of the newest posts the tags are counted: a large blog has no time for all."""
RELATED_POSTS = 4
RELATED_CANDIDATES = 20
"""How many posts of each tag are looked at: a tag of ten thousand posts costs no more."""

posts_of_tags: sa.Table = Post.tags.property.secondary
_NEWEST = (Post.published_at.desc(), Post.id.desc())
_AUTHOR = sa.func.coalesce(
    AuthorProfile.display_name, sa.func.trim(User.first_name + " " + User.last_name)
)


class TagLink(NamedTuple):
    """A tag, as a page links it."""

    id: int
    name: str
    slug: str


class PostLink(NamedTuple):
    """A post, as another page links it."""

    id: int
    title: str
    slug: str
    published_at: datetime
    locale: str


class Sidebar(NamedTuple):
    """What stands beside every page."""

    newest: tuple[PostLink, ...]
    tags: tuple[TagLink, ...]
    expires_at: datetime | None
    """When the next post goes by itself, which changes pages without anybody writing."""


def is_public() -> ColumnElement[bool]:
    """Posts that are published, not expired, and not in the trash."""
    kept = scope_condition(Post, Scope.KEPT)
    return is_published() if kept is None else sa.and_(is_published(), kept)


# Lists


def select_teasers() -> sa.Select[Any]:
    """What a list shows of posts, the newest first; which ones is for the caller to say."""
    columns: tuple[Any, ...] = (
        Post.id,
        Post.title,
        Post.slug,
        Post.kind,
        Post.locale,
        Post.summary,
        Post.body,
        Post.image,
        Post.image_focus_x,
        Post.image_focus_y,
        Post.image_alt,
        Post.youtube_id,
        Post.quote,
        Post.quote_source,
        Post.published_at,
        Post.updated_at,
        _AUTHOR.label("author"),
        AuthorProfile.slug.label("author_slug"),
    )
    return (
        sa.select(*columns)
        .join(User, User.id == Post.author_id)
        .outerjoin(AuthorProfile, AuthorProfile.user_id == Post.author_id)
        .order_by(*_NEWEST)
    )


def of_tag(key: int) -> ColumnElement[bool]:
    """Posts that have a tag."""
    links = posts_of_tags.c
    return sa.exists().where(links.post_id == Post.id, links.tag_id == key)


def of_month(start: datetime, end: datetime) -> ColumnElement[bool]:
    """Posts that were published within a span of time."""
    return sa.and_(Post.published_at >= start, Post.published_at < end)


def read_page(
    where: Sequence[ColumnElement[bool]], page: int, size: int
) -> tuple[Sequence[Any], bool]:
    """The posts of a page, and whether there are older ones."""
    # The keys first, from an index alone: of the posts before the page nothing else is read.
    chosen = (
        sa.select(Post.id).where(is_public(), *where).order_by(*_NEWEST).limit(size + 1)
    ).offset((page - 1) * size)
    keys = chosen.subquery()
    statement = select_teasers().join(keys, keys.c.id == Post.id)
    found = db.session.execute(statement).all()
    return found[:size], len(found) > size


def read_tags(keys: Iterable[int]) -> Mapping[int, list[TagLink]]:
    """The tags of these posts, by the key of the post."""
    links = posts_of_tags.c
    statement = (
        sa.select(links.post_id, Tag.id, Tag.name, Tag.slug)
        .join(Tag, Tag.id == links.tag_id)
        .where(links.post_id.in_(list(keys)))
        .order_by(Tag.folded)
    )
    found: dict[int, list[TagLink]] = {}
    for post, *tag in db.session.execute(statement):
        found.setdefault(post, []).append(TagLink(*tag))
    return found


def read_sidebar() -> Sidebar:
    """The newest posts and the tags used most."""
    expires = (
        sa.select(sa.func.min(Post.expires_at)).where(is_public(), Post.expires_at > now())
    ).scalar_subquery()
    recent = (
        sa.select(Post.id).where(is_public()).order_by(*_NEWEST).limit(COUNTED_POSTS).subquery()
    )
    newest = db.session.execute(
        _select_links(expires).where(is_public()).order_by(*_NEWEST).limit(SIDEBAR_POSTS)
    ).all()
    links = posts_of_tags.c
    most_used = (
        sa.select(links.tag_id, sa.func.count().label("number"))
        .join(recent, recent.c.id == links.post_id)
        .group_by(links.tag_id)
        .order_by(sa.desc("number"), links.tag_id)
        .limit(SIDEBAR_TAGS)
        .subquery()
    )
    tags = db.session.execute(
        sa.select(Tag.id, Tag.name, Tag.slug)
        .join(most_used, most_used.c.tag_id == Tag.id)
        .order_by(most_used.c.number.desc(), Tag.folded)
    ).all()
    return Sidebar(
        tuple(PostLink(*row[:-1]) for row in newest),
        tuple(TagLink(*row) for row in tags),
        newest[0][-1] if newest else None,
    )


# One post


def find_post(key: int) -> Any:
    """A public post, with name, address, words and picture of its author."""
    statement = (
        sa.select(
            Post,
            _AUTHOR.label("author"),
            AuthorProfile.id.label("author_id"),
            AuthorProfile.slug.label("author_slug"),
            AuthorProfile.bio.label("author_bio"),
            AuthorProfile.photo.label("author_photo"),
        )
        .join(User, User.id == Post.author_id)
        .outerjoin(AuthorProfile, AuthorProfile.user_id == Post.author_id)
        .where(is_public(), Post.id == key)
    )
    return db.session.execute(statement).first()


def find_key(slug: str) -> tuple[Any, list[TagLink]] | None:
    """What tells where a public post stands among others, with its tags."""
    links = posts_of_tags.c
    statement = (
        sa.select(
            Post.id, Post.published_at, Post.author_id, Post.original_id, Tag.id, Tag.name, Tag.slug
        )
        .outerjoin(posts_of_tags, links.post_id == Post.id)
        .outerjoin(Tag, Tag.id == links.tag_id)
        .where(is_public(), Post.slug == slug)
        .order_by(Tag.folded)
    )
    rows = db.session.execute(statement).all()
    if not rows:
        return None
    return rows[0], [TagLink(*row[-3:]) for row in rows if row[-3] is not None]


def read_neighbours(post: Any) -> Mapping[str, list[PostLink]]:
    """The post before, the post after, and the translations, by these names."""
    at = sa.tuple_(Post.published_at, Post.id)
    here = sa.tuple_(sa.literal(post.published_at), sa.literal(post.id))
    root = post.original_id or post.id
    parts = {
        "previous": (at < here, _NEWEST, 1),
        "next": (at > here, (Post.published_at.asc(), Post.id.asc()), 1),
        "translations": (sa.or_(Post.id == root, Post.original_id == root), (Post.id,), 50),
    }
    selects = [
        _select_links(sa.literal(name).label("part"))
        .where(is_public(), condition)
        .order_by(*order)
        .limit(limit)
        .subquery()
        .select()
        for name, (condition, order, limit) in parts.items()
    ]
    found: dict[str, list[PostLink]] = {name: [] for name in parts}
    for row in db.session.execute(sa.union_all(*selects)):
        found[row[-1]].append(PostLink(*row[:-1]))
    return found


def read_related(key: int, tags: Sequence[TagLink]) -> list[PostLink]:
    """The posts that share most tags with this one, the newest first among equals."""
    if not tags:
        return []
    links = posts_of_tags.c
    of_each = [
        sa.select(links.post_id)
        .where(links.tag_id == tag.id)
        .order_by(links.created_at.desc())
        .limit(RELATED_CANDIDATES)
        .subquery()
        .select()
        for tag in tags
    ]
    shared = sa.union_all(*of_each).subquery()
    ranked = (
        sa.select(shared.c.post_id, sa.func.count().label("number"))
        .where(shared.c.post_id != key)
        .group_by(shared.c.post_id)
        .subquery()
    )
    statement = (
        _select_links()
        .join(ranked, ranked.c.post_id == Post.id)
        .where(is_public())
        .order_by(ranked.c.number.desc(), *_NEWEST)
        .limit(RELATED_POSTS)
    )
    return [PostLink(*row) for row in db.session.execute(statement)]


def find_gone(slug: str) -> str | bool:
    """For an address without a public post: the slug it has now, True where it was taken back."""
    state = db.session.execute(
        sa.select(Post.status, Post.published_at, Post.deleted_at).where(Post.slug == slug)
    ).first()
    if state is not None:
        was_public = state.published_at is not None and state.deleted_at is None
        return was_public and state.status in (PostStatus.ARCHIVED, PostStatus.PUBLISHED)
    now_at = db.session.execute(
        sa.select(Post.slug, is_public())
        .join(PostAddress, PostAddress.post_id == Post.id)
        .where(PostAddress.slug == slug, Post.published_at.is_not(None), Post.deleted_at.is_(None))
    ).first()
    if now_at is None:
        return False
    return str(now_at[0]) if now_at[1] else True


# Tags, authors, months


def find_tag(slug: str) -> TagLink | None:
    """The tag at an address."""
    row = db.session.execute(sa.select(Tag.id, Tag.name, Tag.slug).where(Tag.slug == slug)).first()
    return TagLink(*row) if row else None


def find_moved_tag(slug: str) -> str | None:
    """The slug that a renamed or merged tag has now."""
    statement = sa.select(Tag.slug).join(TagAddress, TagAddress.tag_id == Tag.id)
    return db.session.scalar(statement.where(TagAddress.slug == slug))


def find_author(slug: str) -> Any:
    """The profile of an author."""
    profile = AuthorProfile
    columns = (profile.id, profile.user_id, profile.display_name, profile.slug, profile.bio)
    return db.session.execute(
        sa.select(*columns, profile.photo).where(profile.slug == slug)
    ).first()


def read_months() -> Sequence[tuple[date, int]]:
    """The months in which posts were published, with their number, the newest first."""
    dialect = db.session.get_bind(mapper=sa.inspect(Post)).dialect.name
    field = fields_of(Post)["published_at"]
    month = period_start(field, Unit.MONTH, reader_zone(dialect), dialect)
    statement = sa.select(month, sa.func.count()).where(is_public()).group_by(sa.text("1"))
    return [(row[0], row[1]) for row in db.session.execute(statement.order_by(sa.text("1 DESC")))]


# For programs


def read_addresses(offset: int, limit: int) -> Sequence[Any]:
    """Slug and last change of public posts, in the order of their keys."""
    statement = sa.select(Post.slug, Post.updated_at).where(is_public())
    return db.session.execute(statement.order_by(Post.id).offset(offset).limit(limit)).all()


def count_posts() -> int:
    """How many posts are public."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Post).where(is_public())) or 0


def read_other_addresses() -> tuple[Sequence[str], Sequence[str]]:
    """The slugs of the tags in use, and of the authors who have a page."""
    links = posts_of_tags.c
    used = sa.exists().where(links.tag_id == Tag.id, links.post_id == Post.id, is_public())
    tags = db.session.scalars(sa.select(Tag.slug).where(used).order_by(Tag.slug)).all()
    authors = db.session.scalars(sa.select(AuthorProfile.slug).order_by(AuthorProfile.slug)).all()
    return tags, authors


def _select_links(*more: Any) -> sa.Select[Any]:
    return sa.select(Post.id, Post.title, Post.slug, Post.published_at, Post.locale, *more)
