"""Moments compare by what they mean, however many digits somebody stored."""

import datetime

import pytest
import sqlalchemy as sa

from app.core.fields import fields_of
from app.core.filters import Condition
from app.core.filters.comparable import WholeMoment, comparable
from tests.core.desk import Ticket

STORED = ("2026-01-01 00:00:00", "2026-01-01 00:00:00.000000", "2025-12-31 23:59:59.999999")
FIELDS = fields_of(Ticket)


@pytest.fixture
def connection():
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        Ticket.__table__.create(opened)
        for text in STORED:
            values = {"title": text, "status": "open", "seen_at": text}
            opened.execute(
                sa.text(
                    "INSERT INTO desk_ticket (title, status, seen_at)"
                    " VALUES (:title, :status, :seen_at)"
                ),
                values,
            )
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("seen_at:ge:2026-01-01T00:00:00", {0, 1}),
        ("seen_at:lt:2026-01-01T00:00:00", {2}),
        ("seen_at:eq:2026-01-01T00:00:00", {0, 1}),
        ("seen_at:ne:2026-01-01T00:00:00", {2}),
        ("seen_at:gt:2026-01-01T00:00:00", set()),
        ("seen_at:between:2026-01-01T00:00:00,2026-01-01T00:00:00", {0, 1}),
    ],
)
def test_a_missing_fraction_is_none(connection, condition, found):
    clause = Condition.parse(condition, FIELDS).clause()

    titles = set(connection.scalars(sa.select(Ticket.title).where(clause)))

    assert titles == {STORED[number] for number in found}


def test_our_own_moments_and_other_databases_keep_their_indexes():
    before = comparable(FIELDS["seen_at"]) < datetime.datetime.fromisoformat("2026-01-01T00:00:00")

    assert not isinstance(comparable(FIELDS["closed_at"]), WholeMoment)
    assert str(before.compile(dialect=sa.dialects.postgresql.dialect())).startswith(
        "desk_ticket.seen_at <"
    )
