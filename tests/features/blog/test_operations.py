"""Saving, publishing, scheduling, archiving and restoring posts."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User

from app.core.clock import ManualClock, now, use_clock
from app.core.errors import Conflict
from app.extensions import db
from app.features.blog import operations
from app.features.blog.desk.saving import prepare_save
from app.features.blog.desk.slugs import slug_of
from app.features.blog.models import Post, PostRevision, PostStatus
from tests.factories.blog import make_post, make_published_post
from tests.factories.people import make_person

WRITERS = 3
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def author(db_session):
    return make_person("writer", "Blog Author")


def save(post, **values):
    for name, value in values.items():
        setattr(post, name, value)
    prepare_save(post)
    db.session.commit()


def revisions_of(post):
    found = db.session.query(PostRevision).filter_by(post_id=post.id)
    return found.order_by(PostRevision.number).all()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Twelve bridges before breakfast", "twelve-bridges-before-breakfast"),
        ("Äpfel, Quitten & Überfluß!", "apfel-quitten-uberfluss"),
        ("Ação – já?", "acao-ja"),
        ("Łódź & Ærø", "lodz-aero"),
        ("朝の市場を歩く", "朝の市場を歩く"),
        ("هل تقرأ؟", "هل-تقرأ"),
        ("हिन्दी में", "हिन्दी-में"),
        ("***", "post"),
        ("word " * 60, "-".join(["word"] * 24)),
        ("x" * 255, "x" * 120),
    ],
)
def test_slug_comes_from_title(title, slug):
    assert slug_of(title) == slug


def test_equal_titles_get_numbered_slugs(author):
    slugs = [make_post(author, "Fog").slug for _number in range(3)]

    assert slugs == ["fog", "fog-2", "fog-3"]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_equal_titles_at_once_get_numbered_slugs(make_app, backend):
    site = make_app(backend)
    together = threading.Barrier(WRITERS)

    def write():
        with site.app_context():
            author = db.session.query(User).filter_by(username="writer").one()
            together.wait()
            make_post(author, "Fog")

    with site.app_context():
        make_person("writer", "Blog Author")
        writers = [threading.Thread(target=write) for _writer in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        slugs = {slug for (slug,) in db.session.query(Post.slug)}

    assert slugs == {"fog", "fog-2", "fog-3"}


def test_slug_follows_title_of_draft(author):
    post = make_post(author, "Fog")

    save(post, title="Mist")

    assert post.slug == "mist"


def test_slug_stays_after_publication(author):
    post = make_published_post(author, title="Fog")

    save(post, title="Mist")

    assert post.slug == "fog"


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ({"body": "<p>Other</p>"}, [1, 2]),
        ({"title": "Other"}, [1, 2]),
        ({"summary": "Other"}, [1, 2]),
        ({"comments_open": False}, [1]),
        ({"title": "Fog over the harbour"}, [1]),
    ],
)
def test_revision_is_written_when_text_changed(author, values, numbers):
    post = make_post(author)

    save(post, **values)

    assert [revision.number for revision in revisions_of(post)] == numbers


def test_restoring_makes_new_revision(author):
    """Acceptance check 9: restoring revision 1 of 3 gives revision 4 with the text of 1."""
    post = make_post(author, body="<p>One</p>")
    save(post, body="<p>Two</p>")
    save(post, body="<p>Three</p>")

    number = operations.restore_revision(revisions_of(post)[0])

    assert number == 4
    assert revisions_of(post)[3].body == post.body == "<p>One</p>"


@pytest.mark.parametrize("status", ["draft", "scheduled", "archived"])
def test_publishing_sets_the_moment(author, db_session, status):
    post = make_post(author, status=PostStatus(status), publish_at=NOON)

    with use_clock(ManualClock(NOON)):
        operations.publish_posts([post])

    db_session.refresh(post)
    assert (post.status, post.published_at) == (PostStatus.PUBLISHED, NOON)


def test_first_moment_of_publication_stays(author, db_session):
    post = make_published_post(author, published_at=NOON)
    operations.archive_posts([post])

    operations.publish_posts([post])

    db_session.refresh(post)
    assert (post.status, post.published_at) == (PostStatus.PUBLISHED, NOON)


def test_publishing_twice_changes_nothing(author):
    post = make_published_post(author)

    assert operations.publish_posts([post]) == 0


def test_incomplete_post_is_not_published(author, db_session):
    full, hollow = make_post(author, "Full"), make_post(author, "Hollow", body=" ")

    with pytest.raises(Conflict) as refused:
        operations.publish_posts([full, hollow])

    assert refused.value.code == "post_incomplete"
    assert db_session.query(Post).filter_by(status=PostStatus.PUBLISHED).count() == 0


@pytest.mark.parametrize("publish_at", [None, now() - timedelta(minutes=1)])
def test_past_cannot_be_scheduled(author, publish_at):
    post = make_post(author, publish_at=publish_at)

    with pytest.raises(Conflict) as refused:
        operations.schedule_posts([post])

    assert refused.value.code == "date_in_past"


def test_future_is_scheduled(author, db_session):
    post = make_post(author, publish_at=now() + timedelta(minutes=2))

    operations.schedule_posts([post])

    db_session.refresh(post)
    assert post.status is PostStatus.SCHEDULED
