import pytest

from app.core.query.page import Count, ListPage
from app.core.query.state import ListState


@pytest.mark.parametrize(
    ("number", "rows", "total", "first", "last", "last_page"),
    [(1, 10, 25, 1, 10, 3), (3, 5, 25, 21, 25, 3), (1, 0, 0, 0, 0, 1), (9, 0, 25, 0, 0, 3)],
)
def test_a_page_knows_its_place(number, rows, total, first, last, last_page):
    state = ListState(columns=(), page=number, page_size=10)
    found = ListPage(state, [None] * rows, (), Count(total), has_next=False)

    assert (found.first, found.last, found.last_page) == (first, last, last_page)
