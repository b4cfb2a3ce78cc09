"""One page of a list, and how many rows there are in all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.fields import Field, Line
from app.core.query.keyset import Cursor
from app.core.query.state import ListState


@dataclass(frozen=True)
class Count:
    """A number of rows: exact, or what the planner expects."""

    value: int
    is_exact: bool = True
    gave_up: bool = False
    """Whether somebody asked for the exact number, and it took too long."""


@dataclass(frozen=True)
class ListPage:
    """The rows of one page with what a template says about them."""

    state: ListState
    rows: Sequence[Line]
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
