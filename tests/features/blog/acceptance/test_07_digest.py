"""Digest run twice: each active subscriber has exactly one mail, pending and left ones none."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from app.core.clock import now
from app.extensions import db
from app.features.blog.newsletter.jobs import send_digest
from app.features.blog.newsletter.models import Digest, DigestState, SubscriberState
from tests.factories.blog import make_published_post
from tests.factories.people import make_person
from tests.factories.readers import make_reader
from tests.fixtures.mail import deliver_everything

pytestmark = pytest.mark.both_databases


@pytest.fixture
def readers(db_session):
    """Three who get it, one who has not confirmed, one who has left."""
    for number in range(3):
        make_reader(f"active{number}@readers.example")
    make_reader("pending@readers.example", state=SubscriberState.PENDING, confirmed_at=None)
    make_reader("left@readers.example", state=SubscriberState.UNSUBSCRIBED, left_at=now())


def send_twice() -> None:
    for _again in range(2):
        send_digest.enqueue()
        deliver_everything()


def test_each_active_reader_has_one_mail(readers, postbox):
    make_published_post(make_person("writer", "Blog Author"), published_at=now() - timedelta(1))

    send_twice()

    assert Counter(mail["To"] for mail in postbox.taken) == {
        f"active{number}@readers.example": 1 for number in range(3)
    }


def test_without_a_new_post_there_is_no_mail(readers, postbox):
    send_twice()

    assert postbox.taken == []
    assert {row.state for row in db.session.query(Digest)} == {DigestState.SKIPPED}
