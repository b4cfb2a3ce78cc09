"""Rows as plain values: what a list, an export or an API answer needs of them, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Ref(NamedTuple):
    """A row by what it is called; it stands where a related row would."""

    model: type
    key: str
    title: str


class Many(NamedTuple):
    """The related rows of one row: the first of them, and how many there are."""

    refs: tuple[Ref, ...]
    total: int


class Line(NamedTuple):
    """One row of a list: its key, its title, and a value for each column.

    `record` is the row itself, where more was asked for than its columns.
    """

    key: str
    title: str
    values: tuple[Any, ...]
    record: Any = None


class Batch(NamedTuple):
    """Some rows of many, by their columns: for each column the values of all rows, read once."""

    size: int
    columns: Sequence[Iterable[Any]]
