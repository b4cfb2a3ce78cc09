"""Rules a view declares: which rows a user may see or change, and which fields."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement

RowExpression = Callable[[Any], ColumnElement[bool]]
"""Takes the signed-in user, or None for a visitor, and gives an SQL condition on the model."""


@dataclass(frozen=True)
class RowRule:
    """Only the rows that meet `expression`, for the named verbs; None means for all of them."""

    expression: RowExpression
    verbs: frozenset[str] | None = None

    def holds_for(self, verb: str) -> bool:
        """A row that may not be read may not be changed either."""
        return self.verbs is None or verb in self.verbs or "read" in self.verbs


@dataclass(frozen=True)
class FieldRule:
    """Hides a field, or makes it read-only, unless the user holds the permission `unless`.

    `unless` names a verb on the model, such as `see_salary`.
    """

    field: str
    hides: bool
    unless: str | None = None


def rows(expression: RowExpression, *, verbs: Collection[str] | None = None) -> RowRule:
    """Restrict the rows by an SQL condition of the user, for all verbs or for some of them."""
    return RowRule(expression, None if verbs is None else frozenset(verbs))


def own(column: Any, *, verbs: Collection[str] | None = None) -> RowRule:
    """Restrict the rows to those whose `column` (a mapped attribute) holds the user's key."""
    return rows(
        lambda user: sa.false() if user is None else column == user.id,
        verbs=verbs,
    )


def hidden(field: str, *, unless: str | None = None) -> FieldRule:
    """Hide a field everywhere: list, show, form, export, REST, search, sort, filter and chart."""
    return FieldRule(field, hides=True, unless=unless)


def readonly(field: str, *, unless: str | None = None) -> FieldRule:
    """Show a field and refuse to change it."""
    return FieldRule(field, hides=False, unless=unless)
