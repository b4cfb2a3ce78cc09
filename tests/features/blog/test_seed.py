"""The demo blog: as much as promised, the same each time, and nothing the second time."""

from __future__ import annotations

from collections import Counter

import nh3
import pytest

from app.features.blog.models import (
    AuthorProfile,
    Digest,
    Post,
    PostKind,
    PostRevision,
    PostStatus,
    Subscriber,
)
from app.features.blog.seed import seed


@pytest.fixture
def seeded(db_session):
    seed("small")
    return db_session


@pytest.mark.both_databases
def test_small_has_promised_rows(seeded):
    posts = seeded.query(Post).all()

    kinds = Counter(post.kind for post in posts)
    assert kinds == {PostKind.TEXT: 42, PostKind.IMAGE: 6, PostKind.VIDEO: 6, PostKind.QUOTE: 6}
    assert Counter(post.status for post in posts)[PostStatus.SCHEDULED] == 2
    assert len({post.title for post in posts}) == 60
    assert seeded.query(AuthorProfile).count() == 6
    assert seeded.query(Subscriber).count() == 100
    assert seeded.query(Digest).one().post_count > 0
    assert all(post.is_complete for post in posts)


def test_posts_span_eighteen_months_and_five_authors(seeded):
    moments = [post.published_at for post in seeded.query(Post) if post.published_at]

    assert (max(moments) - min(moments)).days > 500
    assert len({post.author_id for post in seeded.query(Post)}) == 5


def test_bodies_are_what_sanitising_leaves(seeded):
    bodies = [post.body for post in seeded.query(Post) if post.body]

    assert all(nh3.clean(body) == body for body in bodies)


def test_every_post_has_a_revision_of_its_text(seeded):
    last = {row.post_id: row for row in seeded.query(PostRevision).order_by(PostRevision.number)}

    assert all(last[post.id].body == post.body for post in seeded.query(Post))


def test_second_time_changes_nothing(seeded):
    seed("small")

    assert seeded.query(Post).count() == 60
    assert seeded.query(Subscriber).count() == 100
