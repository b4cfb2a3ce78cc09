"""A link is random, kept as a digest, good for a while, and used once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.clock import ManualClock, use_clock
from app.extensions import db
from app.security.links.models import LinkPurpose, SecurityLink
from app.security.links.tokens import LIFETIMES, end_links, find_link, make_link, use_link

pytestmark = pytest.mark.both_databases
RESET, INVITATION = LinkPurpose.RESET, LinkPurpose.INVITATION


@pytest.fixture
def clock():
    with use_clock(ManualClock(datetime(2026, 11, 16, tzinfo=UTC))) as clock:
        yield clock


def test_the_database_holds_nothing_that_could_be_used(db_session, cast):
    token, _until = make_link(RESET, user=cast.owner)
    db_session.commit()

    (row,) = db_session.execute(sa.select(SecurityLink.__table__)).all()
    assert len(token) >= 43
    assert token not in str(row)


def test_it_is_used_once(db_session, cast):
    token, _until = make_link(RESET, user=cast.owner)

    used = [use_link(token, RESET), use_link(token, RESET)]

    assert [link is not None for link in used] == [True, False]
    assert used[0].user_id == cast.owner.id
    assert find_link(token, RESET) is None


def test_looking_at_it_does_not_use_it(db_session, cast):
    token, _until = make_link(RESET, user=cast.owner)

    assert [find_link(token, RESET) is not None for _look in range(3)] == [True] * 3


def test_it_is_good_for_its_own_purpose_only(db_session, cast):
    token, _until = make_link(INVITATION, user=cast.owner)

    assert find_link(token, RESET) is None
    assert use_link(token, RESET, LinkPurpose.ADDRESS) is None


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_it_ends(db_session, cast, clock, purpose):
    token, until = make_link(purpose, user=cast.owner)
    clock.advance(LIFETIMES[purpose] - timedelta(seconds=1))
    before = find_link(token, purpose)
    clock.advance(timedelta(seconds=1))

    assert until == clock()
    assert before is not None
    assert find_link(token, purpose) is None
    assert use_link(token, purpose) is None


def test_all_links_of_a_user_can_be_ended(db_session, cast):
    theirs, _until = make_link(RESET, user=cast.owner)
    others, _until = make_link(RESET, user=cast.teammate)
    end_links(cast.owner, RESET)

    assert find_link(theirs, RESET) is None
    assert find_link(others, RESET) is not None


def test_old_links_are_forgotten_but_invitations(db_session, cast, clock):
    for purpose in (RESET, INVITATION):
        make_link(purpose, user=cast.owner)
    clock.advance(timedelta(days=60))

    make_link(LinkPurpose.ADDRESS, user=cast.owner)

    kept = set(db_session.scalars(sa.select(SecurityLink.purpose)))
    assert kept == {INVITATION, LinkPurpose.ADDRESS}


@pytest.mark.parametrize("token", ["", "x", "\0", "a" * 5000, "' OR 1=1"])
def test_anything_else_is_no_link(db_session, token):
    assert find_link(token, *LinkPurpose) is None


def test_the_links_of_a_deleted_user_go_along(db_session, cast):
    make_link(RESET, user=cast.stranger)
    db_session.commit()
    db_session.execute(sa.text("DELETE FROM ab_user WHERE id = :id"), {"id": cast.stranger.id})

    assert db.session.scalar(sa.select(sa.func.count(SecurityLink.id))) == 0
