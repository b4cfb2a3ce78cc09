"""One page of a list, and how many rows there are in all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.fields import Field
from app.core.query.keyset import Cursor
from app.core.query.state import ListState

EXACT_LIMIT = 100_000
"""Up to here rows are counted one by one; beyond, counting would cost more than the page."""


@dataclass(frozen=True)
class Count:
    """A number of rows: exact, or what the planner expects."""

    value: int
    is_exact: bool = True


@dataclass(frozen=True)
class ListPage:
    """The rows of one page with what a template says about them."""

    state: ListState
    rows: Sequence[Any]
    columns: tuple[Field, ...]
    count: Count
    has_next: bool
    has_previous: bool = False
    next_cursor: Cursor | None = None
    previous_cursor: Cursor | None = None

    def next_url(self) -> str:
        """The query string of the page behind this one."""
        return self.state.url(page=self.state.page + 1, cursor=self.next_cursor)

    def previous_url(self) -> str:
        """The query string of the page before this one."""
        page = self.state.page - 1
        # The first page needs no place to begin at, and its address should be the plain one.
        return (
            self.state.url(page=page, cursor=self.previous_cursor) if page > 1 else self.state.url()
        )

    @property
    def first(self) -> int:
        """The number of the first row, counted from one; 0 on an empty page."""
        return (self.state.page - 1) * self.state.page_size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def last_page(self) -> int:
        """The number of the last page, as far as the count is exact."""
        return max(1, -(-self.count.value // self.state.page_size))


def count_rows(session: Session, statement: sa.Select[Any]) -> Count:
    """Count the rows of `statement`: exactly while that is cheap, else as the planner expects."""
    some = statement.with_only_columns(sa.literal(1), maintain_column_froms=True)
    limited = some.order_by(None).limit(EXACT_LIMIT + 1)
    counted = session.scalar(sa.select(sa.func.count()).select_from(limited.subquery())) or 0
    if counted <= EXACT_LIMIT:
        return Count(counted)
    return Count(_estimate(session, some.order_by(None)) or counted - 1, is_exact=False)


def _estimate(session: Session, statement: sa.Select[Any]) -> int | None:
    """The planner's estimate on PostgreSQL; None elsewhere."""
    bind = session.get_bind(clause=statement)
    if bind.dialect.name != "postgresql":
        return None
    compiled = statement.compile(dialect=bind.dialect)
    # EXPLAIN takes no prepared parameters of its own, so the compiled text is sent with its own.
    connection = session.connection(bind_arguments={"clause": statement})
    plan = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {compiled}", compiled.params
    ).scalar_one()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return int(plan[0]["Plan"]["Plan Rows"])
