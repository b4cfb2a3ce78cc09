"""A snapshot shows what was there when it was begun, to every statement."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.query.snapshot import begin_snapshot
from app.extensions import db
from tests.core.charts.conftest import make_desk_app
from tests.core.desk import DeskBase, Person

pytestmark = pytest.mark.both_databases


@pytest.fixture
def people(database, databases):
    """An application with one person in its database."""
    url = databases(database).empty().replace("postgresql://", "postgresql+psycopg2://")
    app = make_desk_app(url)
    with app.test_request_context():
        if database == "sqlite":
            # As in our own database, so that who reads keeps nobody from writing.
            db.session.execute(sa.text("PRAGMA journal_mode = WAL"))
        DeskBase.metadata.create_all(db.engine)
        db.session.add(Person(name="Ana"))
        db.session.commit()
        yield
        db.session.remove()
        db.engine.dispose()


def names():
    return list(db.session.scalars(sa.select(Person.name)))


def rename(name):
    with Session(db.engine) as session:
        session.execute(sa.update(Person).values(name=name))
        session.commit()


def test_all_statements_see_the_same_rows(people):
    begin_snapshot(db.session(), sa.inspect(Person))
    before = names()

    rename("Anna")

    assert (before, names()) == (["Ana"], ["Ana"])


def test_it_ends_with_its_transaction(people):
    begin_snapshot(db.session(), sa.inspect(Person))
    names()
    rename("Anna")

    db.session.rollback()

    assert names() == ["Anna"]


def test_what_was_done_before_is_kept(people):
    db.session.execute(sa.update(Person).values(name="Anna"))

    begin_snapshot(db.session(), sa.inspect(Person))

    assert names() == ["Anna"]


def test_inside_of_another_transaction_it_sees_what_that_sees(people):
    with db.engine.connect() as connection, connection.begin():
        connection.execute(sa.update(Person).values(name="Anna"))
        session = Session(connection, join_transaction_mode="create_savepoint")

        begin_snapshot(session, sa.inspect(Person))

        assert list(session.scalars(sa.select(Person.name))) == ["Anna"]
        session.close()
