"""What the database itself holds about posts and readers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.features.blog.models import PostKind, PostRevision, PostStatus
from app.features.blog.newsletter.models import Digest, Reminder, Subscriber, SubscriberState
from tests.factories.blog import make_post
from tests.factories.people import make_person

pytestmark = pytest.mark.both_databases


@pytest.fixture
def author(db_session):
    return make_person("writer", "Blog Author")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"body": None}, "text_needs_body"),
        ({"kind": PostKind.IMAGE}, "image_needs_image_alt"),
        ({"kind": PostKind.VIDEO}, "video_needs_youtube_id"),
        ({"kind": PostKind.VIDEO, "youtube_id": "short"}, "youtube_id_length"),
        ({"kind": PostKind.QUOTE}, "quote_needs_quote"),
        ({"status": PostStatus.SCHEDULED}, "scheduled_needs_publish_at"),
        ({"status": PostStatus.PUBLISHED}, "published_needs_published_at"),
    ],
)
def test_database_refuses_post(author, db_session, values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_post(author, **values)

    db_session.rollback()


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        (
            Subscriber(email="a@b.example", locale="en", state=SubscriberState.ACTIVE),
            "active_needs_confirmed_at",
        ),
        (Digest(window_start=now(), window_end=now() - timedelta(1)), "window_runs_forward"),
        (
            Digest(window_start=now() - timedelta(1), window_end=now(), post_count=-1),
            "counts_from_zero",
        ),
    ],
)
def test_database_refuses_row(db_session, row, constraint):
    db_session.add(row)

    with pytest.raises(IntegrityError, match=constraint):
        db_session.commit()

    db_session.rollback()


def test_deleted_post_takes_its_revisions(author, db_session):
    post = make_post(author)
    reminder = Reminder(
        owner=author, post=post, email=author.email, text="Check the date", due_at=now()
    )
    db_session.add(reminder)
    db_session.commit()

    db_session.delete(post)
    db_session.commit()

    assert db_session.query(PostRevision).count() == 0
    db_session.refresh(reminder)
    assert reminder.post_id is None
