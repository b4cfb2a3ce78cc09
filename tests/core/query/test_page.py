import pytest
import sqlalchemy as sa

from app.core.query import page
from app.core.query.page import Count, ListPage, count_rows
from app.core.query.state import ListState
from app.extensions import db
from tests.core.models import Animal, Badge, Species


@pytest.mark.parametrize(
    ("number", "rows", "total", "first", "last", "last_page"),
    [(1, 10, 25, 1, 10, 3), (3, 5, 25, 21, 25, 3), (1, 0, 0, 0, 0, 1), (9, 0, 25, 0, 0, 3)],
)
def test_a_page_knows_its_place(number, rows, total, first, last, last_page):
    state = ListState(columns=(), page=number, page_size=10)
    found = ListPage(state, [None] * rows, (), Count(total), has_next=False)

    assert (found.first, found.last, found.last_page) == (first, last, last_page)


@pytest.mark.both_databases
def test_rows_are_counted_one_by_one_while_they_are_few(zoo_session):
    statement = sa.select(Animal).where(Animal.rank == 7)

    assert count_rows(db.session(), statement) == Count(5, is_exact=True)


@pytest.mark.postgresql
def test_many_rows_are_estimated_by_the_planner(zoo_session, monkeypatch):
    db.session.add_all(Badge(name=f"b{number}") for number in range(300))
    db.session.flush()
    db.session.execute(sa.text("ANALYZE zoo_badge"))
    monkeypatch.setattr(page, "EXACT_LIMIT", 20)

    found = count_rows(db.session(), sa.select(Badge).where(Badge.name != "%(odd)s 100%"))

    assert not found.is_exact
    assert 200 <= found.value <= 400


def test_without_a_planner_many_are_as_many_as_were_counted(zoo_session, monkeypatch):
    monkeypatch.setattr(page, "EXACT_LIMIT", 2)

    assert count_rows(db.session(), sa.select(Species)) == Count(2, is_exact=False)
