"""Rules a view declares: which rows a user may see or change, and which fields."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import assoc_user_group
from flask_babel import lazy_gettext as _l
from sqlalchemy.sql import ColumnElement

RowExpression = Callable[[Any], ColumnElement[bool]]
"""Takes the signed-in user, or None for a visitor, and gives an SQL condition on the model."""


UNNAMED = _l("Only certain records")


@dataclass(frozen=True)
class RowRule:
    """Only the rows that meet `expression`, for the named verbs; None means for all of them.

    Whoever holds the permission `unless` on the model is not bound by it.
    """

    expression: RowExpression
    verbs: frozenset[str] | None = None
    unless: str | None = None
    label: Any = UNNAMED
    """The rule in words, for those who give rights."""

    def holds_for(self, verb: str) -> bool:
        """A row that may not be read may not be changed either."""
        return self.verbs is None or verb in self.verbs or "read" in self.verbs


@dataclass(frozen=True)
class FieldRule:
    """Hides, masks or locks a field, unless the user holds the permission `unless`.

    `unless` names a verb on the model, such as `see_salary`.
    """

    field: str
    hides: bool
    unless: str | None = None
    masks: bool = False


def rows(
    expression: RowExpression,
    *,
    verbs: Collection[str] | None = None,
    unless: str | None = None,
    label: Any = None,
) -> RowRule:
    """Restrict the rows by an SQL condition of the user, for all verbs or for some of them.

    Whoever holds the permission `unless` on the model is free of it. `label` says the rule to
    those who give rights: “Only small ones”.
    """
    only = None if verbs is None else frozenset(verbs)
    return RowRule(expression, only, unless, UNNAMED if label is None else label)


def own(column: Any, *, verbs: Collection[str] | None = None, unless: str | None = None) -> RowRule:
    """Restrict the rows to those whose `column` (a mapped attribute) holds the user's key."""
    return rows(
        lambda user: sa.false() if user is None else column == user.id,
        verbs=verbs,
        unless=unless,
        label=_l("Only their own records"),
    )


def team(
    column: Any, *, verbs: Collection[str] | None = None, unless: str | None = None
) -> RowRule:
    """Restrict the rows to those of users who share a group with the user, and to the user's own.

    `column` holds the key of the row's owner. The groups are those of Bureau's own database, so
    this cannot be a rule for an adopted one.
    """

    def expression(user: Any) -> ColumnElement[bool]:
        if user is None:
            return sa.false()
        link = assoc_user_group.c
        mine = sa.select(link.group_id).where(link.user_id == user.id)
        mates = sa.select(link.user_id).where(link.group_id.in_(mine))
        return sa.or_(column == user.id, column.in_(mates))

    words = _l("Only records of people in one of their groups, and their own")
    return rows(expression, verbs=verbs, unless=unless, label=words)


def hidden(field: str, *, unless: str | None = None) -> FieldRule:
    """Hide a field everywhere: list, show, form, export, REST, search, sort, filter and chart."""
    return FieldRule(field, hides=True, unless=unless)


def masked(field: str, *, unless: str | None = None) -> FieldRule:
    """Show only the last four characters of a column: `•••• 1234`.

    So it stands in lists, on the record's page, in exports, REST and history. Nobody searches,
    sorts, filters or counts by it, and no form has it.
    """
    return FieldRule(field, hides=False, unless=unless, masks=True)


def readonly(field: str, *, unless: str | None = None) -> FieldRule:
    """Show a field and refuse to change it."""
    return FieldRule(field, hides=False, unless=unless)
