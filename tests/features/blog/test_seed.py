"""The demo blog: as much as promised, the same each time, and nothing the second time."""

from __future__ import annotations

from collections import Counter

import pytest
from PIL import Image

from app.content.comments import Comment, CommentState
from app.content.tags import Tag
from app.core.files import store
from app.core.markup import clean_html
from app.features.blog.models import (
    AuthorProfile,
    Post,
    PostKind,
    PostRevision,
    PostStatus,
)
from app.features.blog.newsletter.models import Digest, Subscriber
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
    assert seeded.query(Tag).count() == 20
    assert seeded.query(Subscriber).count() == 100
    assert seeded.query(Digest).one().post_count > 0
    assert all(post.is_complete for post in posts)


def test_posts_span_eighteen_months_and_five_authors(seeded):
    moments = [post.published_at for post in seeded.query(Post) if post.published_at]

    assert (max(moments) - min(moments)).days > 500
    assert len({post.author_id for post in seeded.query(Post)}) == 5
    assert len({post.locale for post in seeded.query(Post)}) == 3


def test_bodies_are_what_sanitising_leaves(seeded):
    bodies = [post.body for post in seeded.query(Post) if post.body]

    assert all(clean_html(body) == body for body in bodies)


@pytest.mark.both_databases
def test_comments_are_threads_on_posts_that_take_them(seeded):
    comments = seeded.query(Comment).all()
    by_key = {comment.id: comment for comment in comments}
    replies = [comment for comment in comments if comment.parent_id is not None]

    states = Counter(comment.state for comment in comments)
    assert (len(comments), states[CommentState.APPROVED]) == (300, 240)
    assert len(replies) == 120
    for reply in replies:
        above = by_key[reply.parent_id]
        assert above.post_id == reply.post_id
        assert above.state is CommentState.APPROVED
        assert above.created_at < reply.created_at
    assert all(c.post.comments_are_open and c.created_at > c.post.published_at for c in comments)
    assert any(comment.writer_id == comment.post.author_id for comment in replies)


def test_every_post_has_tags_and_some_tags_are_used_far_more(seeded):
    counts = Counter(tag.name for post in seeded.query(Post) for tag in post.tags)

    assert all(1 <= len(post.tags) <= 4 for post in seeded.query(Post))
    assert counts.most_common(1)[0][1] > 4 * min(counts.values())


def test_every_picture_is_there_and_small(seeded):
    for post in seeded.query(Post).filter_by(kind=PostKind.IMAGE):
        path = store.path_of(post.image.key)
        with Image.open(path) as picture:
            assert picture.size == (post.image.width, post.image.height)
        assert path.stat().st_size < 60_000
    assert len({p.image.digest for p in seeded.query(Post).filter_by(kind=PostKind.IMAGE)}) == 6


def test_every_post_has_a_revision_of_its_text(seeded):
    last = {row.post_id: row for row in seeded.query(PostRevision).order_by(PostRevision.number)}

    assert all(last[post.id].body == post.body for post in seeded.query(Post))


def test_second_time_changes_nothing(seeded):
    seed("small")

    assert seeded.query(Post).count() == 60
    assert seeded.query(Comment).count() == 300
    assert seeded.query(Subscriber).count() == 100
