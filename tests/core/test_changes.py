import contextlib

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.changes import EVERYTHING, open_transaction, tag_of
from app.core.signals import rows_changed
from app.extensions import db
from tests.core.conftest import Book, Shelf, tables


@pytest.fixture
def session(make_tiny):
    with tables(make_tiny()):
        db.session.add_all([Book(id=1, title="Emma"), Shelf(id=1)])
        db.session.commit()
        yield db.session


@contextlib.contextmanager
def announced():
    seen = []

    def note(_sender, changes):
        seen.append(changes)

    with rows_changed.connected_to(note):
        yield seen


def test_a_new_row_is_announced_with_its_key_after_the_commit(session):
    with announced() as seen:
        session.add(Book(id=2, title="Ulysses"))
        session.flush()
        before_commit = list(seen)
        session.commit()

    assert before_commit == []
    assert [(change.tables, change.keys) for change in seen] == [
        (frozenset({"book"}), {"book": frozenset({(2,)})})
    ]


def test_a_read_is_not_announced(session):
    with announced() as seen:
        session.scalars(sa.select(Book)).all()
        session.execute(sa.text("SELECT 1"))
        session.commit()

    assert seen == []


def test_a_rollback_drops_nothing(session):
    with announced() as seen:
        session.add(Book(id=2, title="Ulysses"))
        session.flush()
        session.rollback()
        session.commit()

    assert seen == []


def test_a_savepoint_waits_for_the_whole_transaction(session):
    with announced() as seen:
        with session.begin_nested():
            session.add(Book(id=2, title="Ulysses"))
        after_savepoint = list(seen)
        session.commit()

    assert after_savepoint == []
    assert seen[0].tables == {"book"}


def test_the_table_between_two_models_counts(session):
    with announced() as seen:
        shelf = session.get(Shelf, 1)
        shelf.books.append(session.get(Book, 1))
        session.commit()

    assert "shelf_book" in seen[0].tables


@pytest.mark.parametrize(
    "statement",
    [
        sa.update(Book).values(title="x"),
        sa.delete(Book),
        sa.insert(Book).values(id=9, title="y"),
        sa.update(Book.__table__).values(title="z"),
    ],
)
def test_a_statement_on_many_rows_names_no_keys(session, statement):
    with announced() as seen:
        session.add(Book(id=3, title="Dubliners"))
        session.execute(statement)
        session.commit()

    assert seen[0].tables == {"book"}
    assert seen[0].keys == {}


def test_a_statement_on_the_connection_counts(session):
    with announced() as seen:
        session.connection().execute(sa.update(Book).values(title="x"))
        session.commit()

    assert seen[0].tables == {"book"}


def test_sql_written_by_hand_may_have_changed_everything(session):
    with announced() as seen:
        session.execute(sa.text("  UPDATE book SET title = 'x'"))
        session.commit()

    assert EVERYTHING in seen[0].tables


def test_each_transaction_is_announced_once(session):
    with announced() as seen:
        session.add(Book(id=2, title="Ulysses"))
        session.commit()
        session.commit()
        session.get(Book, 2).title = "Dubliners"
        session.commit()

    assert len(seen) == 2


def test_two_sessions_on_one_connection_keep_their_changes_apart(session):
    with db.engine.connect() as connection, announced() as seen:
        first = Session(connection, join_transaction_mode="create_savepoint")
        first.add(Book(id=10, title="a"))
        first.flush()
        second = Session(connection, join_transaction_mode="create_savepoint")
        second.scalars(sa.select(Book)).all()
        second.close()
        first.add(Shelf(id=10))
        first.commit()
        first.close()

    assert seen[0].tables == {"book", "shelf"}


def test_open_transaction_knows_what_waits(session):
    session.add(Book(id=2, title="Ulysses"))
    session.flush()

    record = open_transaction(session())

    assert record.has_changed(frozenset({"book"}))
    assert not record.has_changed(frozenset({"shelf"}))


def test_tables_of_two_databases_have_different_tags():
    metadata = sa.MetaData(info={"bind_key": "chinook"})
    table = sa.Table("book", metadata, sa.Column("id", sa.Integer))

    assert tag_of(table) == "chinook:book"
    assert tag_of(Book.__table__) == "book"
    assert tag_of(sa.select(Book).subquery()) == EVERYTHING
