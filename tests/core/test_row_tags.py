"""A value from one row stays while others change, and goes when nobody knows which row it was."""

import itertools

import pytest
import sqlalchemy as sa
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.cache import (
    MAX_NAMED_ROWS,
    cached,
    drop,
    init_cache,
    row_tag,
    rows_tag,
    statement_tag,
)
from app.core.changes import EVERYTHING, watch
from app.extensions import db
from tests.core.conftest import Base, Book, Shelf, shelf_book, tables


class Page(Base):
    """Belongs to a book, which may be asked for its pages."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    book_id: Mapped[int | None] = mapped_column(ForeignKey("book.id"))


PAGES_OF = watch(Page.book_id)


@pytest.fixture(params=["memory", "redis"])
def app(request, make_tiny):
    config = {}
    if request.param == "redis":
        config["CACHE_REDIS_URL"] = request.getfixturevalue("redis_url")
    app = make_tiny(init_cache, **config)
    with tables(app):
        drop(EVERYTHING)
        db.session.add_all([Book(id=1, title="Emma"), Book(id=2, title="Persuasion")])
        db.session.add_all([Shelf(id=1), Page(id=1, text="One", book_id=1)])
        db.session.commit()
        yield app


@pytest.fixture
def is_dropped(app):
    """`is_dropped(tag, change)` tells whether a commit of the change drops a value from the tag."""

    numbers = itertools.count()

    def ask(tag, change):
        key = f"value {next(numbers)}"
        made = []

        def make():
            made.append(1)
            return "value"

        cached(key, [tag], make)
        db.session.rollback()
        change()
        db.session.commit()
        cached(key, [tag], make)
        return len(made) == 2

    return ask


def rename(key):
    db.session.get(Book, key).title += "!"


def test_a_change_of_the_row_drops_it_and_that_of_another_does_not(is_dropped):
    assert is_dropped(row_tag(Book, 1), lambda: rename(1))
    assert not is_dropped(row_tag(Book, 1), lambda: rename(2))
    assert is_dropped(row_tag(Book, 1), lambda: db.session.delete(db.session.get(Book, 1)))


def test_a_statement_that_names_no_rows_drops_it(is_dropped):
    update = sa.update(Book).where(Book.id == 2).values(title="x")

    assert is_dropped(row_tag(Book, 1), lambda: db.session.execute(update))
    assert is_dropped(row_tag(Book, 1), lambda: db.session.connection().execute(update))
    assert is_dropped(
        row_tag(Book, 1), lambda: db.session.execute(sa.text("UPDATE book SET title = 'y'"))
    )


def test_a_statement_beside_a_named_row_drops_it_too(is_dropped):
    def change():
        rename(2)
        db.session.flush()
        db.session.connection().execute(sa.update(Book).values(title="x"))

    assert is_dropped(row_tag(Book, 1), change)


def test_of_very_many_rows_nobody_asks_which(is_dropped):
    def add_many():
        db.session.add_all(Book(title="x") for _ in range(MAX_NAMED_ROWS + 1))

    assert is_dropped(row_tag(Book, 1), add_many)


def test_rows_that_belong_to_another_drop_what_is_made_of_them(is_dropped):
    ones, twos = rows_tag(PAGES_OF, 1), rows_tag(PAGES_OF, 2)

    assert is_dropped(ones, lambda: db.session.add(Page(text="Two", book_id=1)))
    assert not is_dropped(twos, lambda: db.session.add(Page(text="Three", book_id=1)))
    assert is_dropped(ones, lambda: setattr(db.session.get(Page, 1), "text", "Uno"))


def test_a_row_that_moves_drops_where_it_was_and_where_it_is(is_dropped):
    def move(key):
        page = db.session.get(Page, 1)
        assert page.book_id != key
        page.book_id = key

    assert is_dropped(rows_tag(PAGES_OF, 1), lambda: move(2))
    assert is_dropped(rows_tag(PAGES_OF, 1), lambda: move(1))


def test_a_row_of_which_the_column_was_not_loaded_may_belong_to_any(is_dropped):
    def change():
        statement = sa.select(Page).options(sa.orm.load_only(Page.text))
        db.session.scalars(statement).one().text = "Uno"

    assert is_dropped(rows_tag(PAGES_OF, 2), change)


def test_a_table_between_two_models_follows_the_rows_at_its_ends(is_dropped):
    shelf, book = db.session.get(Shelf, 1), db.session.get(Book, 1)

    assert not is_dropped(statement_tag(shelf_book), lambda: shelf.books.append(book))
    assert is_dropped(row_tag(Shelf, 1), shelf.books.clear)
    assert is_dropped(statement_tag(shelf_book), lambda: db.session.execute(sa.delete(shelf_book)))


def test_a_transaction_that_has_changed_the_table_makes_its_own(app):
    cached("value", [row_tag(Book, 1)], lambda: "kept")
    rename(2)
    db.session.flush()

    assert cached("value", [row_tag(Book, 1)], lambda: "own") == "own"
