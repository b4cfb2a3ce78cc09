import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.bounded import TookTooLong, at_most
from app.extensions import db
from tests.core.models import Badge

# A minute's work, wherever it runs.
SLOW = {
    "postgresql": "SELECT pg_sleep(60)",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 600000000) SELECT count(*) FROM n",
}


def slow(connection):
    return connection.execute(sa.text(SLOW[connection.dialect.name]))


@pytest.mark.both_databases
def test_what_takes_too_long_is_ended_and_the_transaction_goes_on(zoo_session):
    db.session.add(Badge(name="Kept"))
    db.session.flush()
    connection = db.session.connection()

    with pytest.raises(TookTooLong), at_most(connection, 0.05):
        slow(connection)

    db.session.commit()
    assert db.session.scalar(sa.select(Badge.name).where(Badge.name == "Kept")) == "Kept"


@pytest.mark.both_databases
def test_what_is_quick_gives_its_answer(zoo_session):
    connection = db.session.connection()

    with at_most(connection, 5):
        found = connection.scalar(sa.text("SELECT 7"))

    assert found == 7


@pytest.mark.both_databases
def test_the_limit_ends_with_the_block(zoo_session):
    connection = db.session.connection()
    with pytest.raises(TookTooLong), at_most(connection, 0.05):
        slow(connection)

    with pytest.raises(TookTooLong), at_most(connection, 0.5):
        slow(connection)
    with at_most(connection, 0.001):
        pass
    counting = SLOW["sqlite"].replace("600000000", "100000")

    assert connection.scalar(sa.text(counting)) == 100_000


@pytest.mark.postgresql
def test_settings_hold_in_the_block_only(zoo_session):
    connection = db.session.connection()
    seen = []

    def note():
        names = ("statement_timeout", "enable_seqscan")
        seen.append([connection.scalar(sa.text(f"SHOW {name}")) for name in names])

    note()
    with at_most(connection, 0.25, {"enable_seqscan": "off"}):
        note()
    note()

    assert seen[1] == ["250ms", "off"]
    assert seen[0] == seen[2] != seen[1]


@pytest.mark.both_databases
def test_another_error_stays_what_it_is(zoo_session):
    connection = db.session.connection()

    with pytest.raises(DBAPIError), at_most(connection, 5):
        connection.execute(sa.text("SELECT no_such_thing"))

    db.session.rollback()


@pytest.mark.both_databases
def test_a_block_is_left_well_though_its_time_is_over_by_then(zoo_session):
    connection = db.session.connection()
    ended = 0
    for number in range(150):
        try:
            with at_most(connection, 0.001):
                connection.scalar(sa.text(f"SELECT length(CAST({number} AS text))"))
        except TookTooLong:
            ended += 1
        assert connection.scalar(sa.text("SELECT 7")) == 7

    assert ended < 150
