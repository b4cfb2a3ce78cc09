"""The operators, each a name in the address, a label for people and an SQL condition."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.sql import ColumnElement

from app.core.fields import Field, holds_one_of
from app.core.filters.comparable import comparable

Clause = ColumnElement[bool]


class Arity(enum.StrEnum):
    """How many values an operator takes."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"


@dataclass(frozen=True)
class Operator:
    """A comparison of a field with no, one, two or many values."""

    name: str
    label: Any
    arity: Arity
    apply: Callable[[Field, Sequence[Any]], Clause]
    takes_part: bool = False
    """Whether the value is a part of the field's text, and not a whole value of its kind."""


def operators_of(field: Field) -> tuple[Operator, ...]:
    """The operators that make sense for this field; none for one computed in Python."""
    if field.is_computed:
        return ()
    return tuple(OPERATORS[name] for name in field.kind.operators)


def among_visible(
    operator: Operator, field: Field, values: Sequence[Any], visible: Clause
) -> Clause:
    """A condition on a relation, as if the rows that do not meet `visible` were not there."""
    wanted = visible
    if operator.arity is Arity.MANY:
        wanted = sa.and_(holds_one_of(sa.inspect(field.target).primary_key, values), visible)
    found = field.attribute.any(wanted) if field.is_many else field.attribute.has(wanted)
    return found if operator.name in ("any", "filled") else sa.not_(found)


def like(text: str, *, before: str = "%", after: str = "%") -> str:
    r"""A LIKE pattern in which `%`, `_` and the escape character `\\` are literal."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{before}{escaped}{after}"


def _contains(field: Field, values: Sequence[Any]) -> Clause:
    return sa.cast(field.attribute, sa.Text).ilike(like(str(values[0])), escape="\\")


def _starts(field: Field, values: Sequence[Any]) -> Clause:
    return sa.cast(field.attribute, sa.Text).ilike(like(str(values[0]), before=""), escape="\\")


def _any(field: Field, values: Sequence[Any]) -> Clause:
    """Whether the field is one of the values; of a relation, one of the keys."""
    if field.target is None:
        return field.attribute.in_(values)
    if field.is_many:
        return field.attribute.any(holds_one_of(sa.inspect(field.target).primary_key, values))
    local = local_key(field)
    if local is not None:
        return holds_one_of(local, values)
    return field.attribute.has(holds_one_of(sa.inspect(field.target).primary_key, values))


def _none(field: Field, values: Sequence[Any]) -> Clause:
    return sa.not_(sa.func.coalesce(_any(field, values), sa.false()))


def local_key(field: Field) -> tuple[Any, ...] | None:
    """Our own columns that hold the key of the related row, so that no join is needed."""
    relation: RelationshipProperty[Any] = sa.inspect(field.model).relationships[field.name]
    pairs = {remote: local for local, remote in relation.local_remote_pairs or ()}
    keys = sa.inspect(field.target).primary_key
    return tuple(pairs[key] for key in keys) if all(key in pairs for key in keys) else None


def _empty(field: Field, _values: Sequence[Any]) -> Clause:
    if field.is_many:
        return sa.not_(field.attribute.any())
    if field.is_relation:
        return field.attribute == None  # noqa: E711 (SQLAlchemy writes IS NULL)
    clause: Clause = field.attribute.is_(None)
    # Both are compared as plain text, because the column's own type may turn the value into NULL.
    if field.kind.is_text:
        return sa.or_(clause, sa.cast(field.attribute, sa.Text) == "")
    if field.kind.name == "json":
        return sa.or_(clause, sa.cast(field.attribute, sa.Text) == "null")
    return clause


def _filled(field: Field, values: Sequence[Any]) -> Clause:
    return sa.not_(_empty(field, values))


def _not_equal(field: Field, values: Sequence[Any]) -> Clause:
    return sa.or_(field.attribute.is_(None), comparable(field) != values[0])


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("contains", _("contains"), Arity.ONE, _contains, takes_part=True),
        Operator("starts", _("starts with"), Arity.ONE, _starts, takes_part=True),
        Operator("eq", _("is"), Arity.ONE, lambda field, values: comparable(field) == values[0]),
        Operator("ne", _("is not"), Arity.ONE, _not_equal),
        Operator("is", _("is"), Arity.ONE, lambda field, values: field.attribute == values[0]),
        Operator("gt", _("is more than"), Arity.ONE, lambda f, v: comparable(f) > v[0]),
        Operator("ge", _("is at least"), Arity.ONE, lambda f, v: comparable(f) >= v[0]),
        Operator("lt", _("is less than"), Arity.ONE, lambda f, v: comparable(f) < v[0]),
        Operator("le", _("is at most"), Arity.ONE, lambda f, v: comparable(f) <= v[0]),
        Operator("between", _("is between"), Arity.TWO, lambda f, v: comparable(f).between(*v)),
        Operator("any", _("is any of"), Arity.MANY, _any),
        Operator("none", _("is none of"), Arity.MANY, _none),
        Operator("empty", _("is empty"), Arity.NONE, _empty),
        Operator("filled", _("is not empty"), Arity.NONE, _filled),
    )
}
