"""Reads one page of a list: behind a row, before one, or counted from the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.core.errors import BadParameter
from app.core.fields import Field
from app.core.kinds import BadValue
from app.core.query.keyset import Cursor, Term, behind
from app.core.query.loading import in_order, with_loaded
from app.core.query.page import Count, ListPage
from app.core.query.state import ListState
from app.extensions import db


def read_page(
    model: type,
    statement: sa.Select[Any],
    state: ListState,
    columns: tuple[Field, ...],
    count: Count,
) -> ListPage:
    """Load the rows of one page, and the places where its neighbours begin.

    Raises `BadParameter` for a place in a list of another order.
    """
    statement, order = in_order(statement, model, state.sort)
    cursor, terms = state.cursor, order.terms
    if cursor is not None and cursor.is_before:
        terms = tuple(term.turned() for term in terms)
    if cursor is not None:
        statement = statement.where(behind(terms, _values(cursor, terms)))
    else:
        statement = statement.offset((state.page - 1) * state.page_size)
    statement = statement.order_by(*(term.order() for term in terms)).limit(state.page_size + 1)
    # The values of the order come along, because a page may be ordered by what it does not show.
    loaded = with_loaded(statement, model, columns, order).add_columns(
        *(term.column.label(f"_order_{number}") for number, term in enumerate(terms))
    )
    found = db.session.execute(loaded).all()
    has_more, found = len(found) > state.page_size, found[: state.page_size]
    if cursor is not None and cursor.is_before:
        found = list(reversed(found))
        has_next, has_previous = True, has_more
    else:
        has_next, has_previous = has_more, cursor is not None or state.page > 1
    return ListPage(
        state,
        [row[0] for row in found],
        columns,
        count,
        has_next,
        has_previous,
        _place(terms, found[-1], is_before=False) if found else None,
        _place(terms, found[0], is_before=True) if found else None,
    )


def _values(cursor: Cursor, terms: Sequence[Term]) -> tuple[Any, ...]:
    try:
        return cursor.values(terms)
    except BadValue as error:
        name = "before" if cursor.is_before else "after"
        raise BadParameter(errors={name: [str(error)]}) from error


def _place(terms: Sequence[Term], row: Any, *, is_before: bool) -> Cursor:
    return Cursor.at(terms, tuple(row[1:]), is_before=is_before)
