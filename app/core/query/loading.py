"""Which columns and relations a statement loads, and in which order its rows come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import (
    Mapper,
    aliased,
    contains_eager,
    joinedload,
    load_only,
    selectinload,
)
from sqlalchemy.orm.strategy_options import _AbstractLoad

from app.core.fields import Field, fields_of, has_own_title, key_attributes, title_attributes
from app.core.kinds import kind_of_column
from app.core.query.keyset import Term
from app.core.query.state import Sort


def with_columns(
    statement: sa.Select[Any], model: type, columns: Iterable[Field], sort: tuple[Sort, ...]
) -> sa.Select[Any]:
    """Load the columns shown, join the single relations, add one statement for each plural one."""
    shown = tuple(columns)
    statement, order = in_order(statement, model, sort)
    statement = statement.order_by(*(term.order() for term in order.terms))
    return with_loaded(statement, model, shown, order)


def with_loaded(
    statement: sa.Select[Any], model: type, shown: Sequence[Field], order: Order
) -> sa.Select[Any]:
    """Load the columns shown and the relations among them, for rows in an order."""
    joined = order.joined
    options: list[Any] = []
    if not any(field.is_computed for field in shown) and not has_own_title(model):
        options.append(load_only(*_plain_attributes(model, shown)))
    for field in shown:
        if field.target is None:
            continue
        if field.is_many:
            load: _AbstractLoad = selectinload(field.attribute)
        elif field.name in joined:
            load = contains_eager(field.attribute.of_type(joined[field.name]))
        else:
            load = joinedload(field.attribute)
        options.append(_only_title(load, field.target, joined.get(field.name)))
    return statement.options(*options)


def order_by_title(statement: sa.Select[Any], model: type) -> sa.Select[Any]:
    """Order by what the rows are called, then by their keys."""
    names = (*title_attributes(model), *key_attributes(model))
    return statement.order_by(*(getattr(model, name) for name in dict.fromkeys(names)))


@dataclass(frozen=True)
class Order:
    """The columns that rows are ordered by, and the related tables that were joined for it."""

    terms: tuple[Term, ...]
    joined: Mapping[str, Any]


UNORDERED = Order((), {})
"""Where a statement reads one row only."""


def in_order(
    statement: sa.Select[Any], model: type, sort: tuple[Sort, ...]
) -> tuple[sa.Select[Any], Order]:
    """The statement with the joins that its order needs, and the order.

    The key comes last in it, so that no two pages show the same row.
    """
    joined: dict[str, Any] = {}
    terms: list[Term] = []
    for item in sort:
        field = item.field
        if field.target is None:
            column, nullable = field.attribute, _is_nullable(field)
            terms.append(Term(column, field.kind, item.descending, nullable))
            continue
        alias = joined[field.name] = aliased(field.target)
        statement = statement.outerjoin(field.attribute.of_type(alias))
        for name in title_attributes(field.target):
            column = getattr(alias, name)
            terms.append(Term(column, kind_of_column(column), item.descending))
    sorted_names = {item.field.name for item in sort}
    descending = bool(sort) and sort[0].descending
    for name in key_attributes(model):
        if name not in sorted_names:
            column = getattr(model, name)
            terms.append(Term(column, kind_of_column(column), descending, nullable=False))
    return statement, Order(tuple(terms), joined)


def _is_nullable(field: Field) -> bool:
    return field.column is None or bool(getattr(field.column, "nullable", True))


def _plain_attributes(model: type, shown: Sequence[Field]) -> list[Any]:
    names = [f.name for f in shown if f.column is not None or f.is_expression]
    names += [name for f in shown if f.target and not f.is_many for name in _keys_of(f)]
    version = ["version"] if "version" in fields_of(model) else []
    wanted = dict.fromkeys([*key_attributes(model), *title_attributes(model), *names, *version])
    return [getattr(model, name) for name in wanted]


def _keys_of(field: Field) -> list[str]:
    """The attributes that hold the key of the related row, which may be a hidden one."""
    mapper: Mapper[Any] = sa.inspect(field.model)
    columns = mapper.relationships[field.name].local_columns
    return [mapper.get_property_by_column(column).key for column in columns]


def _only_title(load: Any, target: type, alias: Any = None) -> Any:
    """Of a related row only its key and title are needed."""
    if has_own_title(target):
        return load
    names = dict.fromkeys([*key_attributes(target), *title_attributes(target)])
    return load.load_only(*(getattr(target if alias is None else alias, name) for name in names))
