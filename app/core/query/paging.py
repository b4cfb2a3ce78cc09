"""Reads one page of a list: behind a row, before one, or counted from the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app.core.errors import BadParameter
from app.core.kinds import BadValue
from app.core.query.jumping import jump_to
from app.core.query.keyset import Cursor, Term, behind
from app.core.query.page import Count, ListPage
from app.core.query.rows import Reading, Shape
from app.core.query.state import ListState
from app.extensions import db


def read_page(
    shape: Shape,
    statement: sa.Select[Any],
    state: ListState,
    count: Callable[[], Count],
    reading: Reading,
    many_limit: int | None = None,
) -> ListPage:
    """Read the rows of one page, and the places where its neighbours begin.

    Raises `BadParameter` for a place in a list of another order.
    """
    cursor, terms = state.cursor, shape.order.terms
    if cursor is not None and cursor.is_before:
        terms = tuple(term.turned() for term in terms)

    def narrow(found: sa.Select[Any]) -> sa.Select[Any]:
        if cursor is not None:
            found = found.where(behind(terms, _values(cursor, terms)))
        elif state.page > 1:
            offset = (state.page - 1) * state.page_size
            found = jump_to(db.session(), found, terms, offset)
        # One row more tells whether there is a next page.
        return found.order_by(*(term.order() for term in terms)).limit(state.page_size + 1)

    rows = shape.read(narrow, statement)
    has_more, rows = len(rows) > state.page_size, rows[: state.page_size]
    if cursor is not None and cursor.is_before:
        rows = list(reversed(rows))
        has_next, has_previous = True, has_more
    else:
        has_next, has_previous = has_more, cursor is not None or state.page > 1
    first, last = (shape.order_values(rows[n]) if rows else () for n in (0, -1))
    return ListPage(
        state,
        shape.lines(rows, reading, many_limit),
        shape.columns,
        _counted(state, len(rows), count, has_next=has_next),
        has_next,
        has_previous,
        Cursor.at(terms, last, is_before=False) if rows else None,
        Cursor.at(terms, first, is_before=True) if rows else None,
    )


def _counted(state: ListState, rows: int, count: Callable[[], Count], *, has_next: bool) -> Count:
    """How many rows there are on all pages; where this page is the last one, it tells."""
    if state.cursor is not None:
        return count()
    so_far = (state.page - 1) * state.page_size + rows
    if not has_next and (rows or state.page == 1):
        return Count(so_far)
    found = count()
    return found if found.is_exact else replace(found, value=max(found.value, so_far + 1))


def _values(cursor: Cursor, terms: Sequence[Term]) -> tuple[Any, ...]:
    try:
        return cursor.values(terms)
    except BadValue as error:
        name = "before" if cursor.is_before else "after"
        raise BadParameter(errors={name: [str(error)]}) from error
