"""While the database takes no writes, whoever has signed in still reads."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.security.keys.operations import make_key
from app.security.rights.sets import Rights
from tests.security.conftest import user_named

REFUSING = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET default_transaction_read_only = on",
}
LATER = datetime.timedelta(minutes=2)


@pytest.fixture
def read_only(two_apps):
    """The first application may write, the second has its writes refused by the database."""
    first, second = two_apps
    with second.app_context():
        statement = REFUSING[db.engine.dialect.name]

        def refuse(connection, _record):
            connection.cursor().execute(statement)
            connection.commit()

        sa.event.listen(db.engine, "connect", refuse)
        db.engine.dispose()
    return first, second


@pytest.mark.both_databases
def test_use_of_a_session_that_cannot_be_noted_keeps_nobody_out(read_only, login):
    first, second = read_only
    client = second.test_client()
    with use_clock(ManualClock(now())) as clock:
        with first.app_context():
            login(client, user_named("cast-owner"))
            db.session.remove()
        clock.advance(LATER)

        answer = client.get("/home/")

    assert answer.status_code == 200


@pytest.mark.both_databases
def test_use_of_a_key_that_cannot_be_noted_keeps_nobody_out(read_only):
    first, second = read_only
    with first.app_context():
        _key, text = make_key(user_named("cast-owner"), "Robot", Rights())
        db.session.remove()

    headers = {"Authorization": f"Bearer {text}"}

    assert second.test_client().get("/api/v1/users/", headers=headers).status_code == 200
