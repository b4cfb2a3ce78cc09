"""A scheduled post appears by itself, and running the job twice changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.features.blog.jobs import publish_due
from app.features.blog.models import Post, PostStatus

POSTS = "/blog/posts"
START = now().replace(microsecond=0)
TWO_MINUTES = timedelta(minutes=2)


@pytest.mark.both_databases
def test_a_scheduled_post_appears_without_a_click(desk, db_session):
    with use_clock(ManualClock(START)) as clock:
        desk.clients["author"].post(
            f"{POSTS}/bulk/schedule",
            data={
                "key": desk.draft.id,
                "confirmed": "1",
                "publish_at": (START + TWO_MINUTES).isoformat(),
            },
        )
        assert run_job() is None
        assert status_of(desk.draft) is PostStatus.SCHEDULED

        clock.advance(TWO_MINUTES)
        first = run_job()
        published_at, version = desk.draft.published_at, desk.draft.version
        second = run_job()

    db_session.refresh(desk.draft)
    assert first == {"published": 1, "archived": 0}
    assert second is None
    assert desk.draft.status is PostStatus.PUBLISHED
    assert (desk.draft.published_at, desk.draft.version) == (published_at, version)
    assert published_at == START + TWO_MINUTES


@pytest.mark.both_databases
def test_an_expired_post_is_archived_once(desk, db_session):
    desk.post.expires_at = START + timedelta(hours=1)
    db_session.commit()

    with use_clock(ManualClock(START)) as clock:
        assert run_job() is None
        clock.advance(timedelta(hours=1))
        assert run_job() == {"published": 0, "archived": 1}
        assert run_job() is None

    assert status_of(desk.post) is PostStatus.ARCHIVED


def test_a_post_in_the_trash_does_not_appear(desk, db_session):
    desk.draft.status, desk.draft.publish_at = PostStatus.SCHEDULED, START
    desk.draft.deleted_at = START
    db_session.commit()

    with use_clock(ManualClock(START + TWO_MINUTES)):
        assert run_job() is None


def run_job():
    """One run of the job, with the commit that its worker makes."""
    done = publish_due()
    db.session.commit()
    return done


def status_of(post: Post) -> PostStatus:
    db.session.refresh(post)
    return post.status
