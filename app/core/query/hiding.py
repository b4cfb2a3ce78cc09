"""Keeps rows that the user may not see out of the relations of the rows that they see.

A statement made for a user bears the rules of the models that it reads itself, and a mark. What is
read later by following a relation of its rows gets the rules of its own models then: most requests
follow none, and there may be hundreds of models with rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.interfaces import UserDefinedOption
from sqlalchemy.sql import visitors

from app.core.trash import Scope

if TYPE_CHECKING:
    from app.core.query.gate import Gate

Gates = Mapping[type, "Gate"]
Criteria = Callable[[Iterable[type]], Iterable[Any]]
"""Gives the options that keep hidden rows out of a statement which reads these models."""


def hidden_relations(asked: Gate, known: Gates) -> tuple[Any, ...]:
    """Keep rows that the user may not see out of every relation that is loaded or followed.

    The model of the statement is among them, because a row may refer to another of its kind; a
    gate that is asked for the trash shows those of the trash.
    """
    # The rule of a gate that is not the first of its model may ask others as well.
    found = _hiding(known) if asked.is_personal else hiding_in(known, asked.model)
    hiding = {gate.model: gate for gate in found}
    if asked.scope is not Scope.KEPT:
        hiding[asked.model] = asked

    def later(models: Iterable[type]) -> Iterator[Any]:
        """What the statement bears itself is handed on to those that follow."""
        return (_rule(gate) for gate in hiding_in(known, *models) if gate.model not in hiding)

    return (*marked(later), *(_rule(gate) for gate in hiding.values() if gate.hides_rows))


def rules_of(known: Gates, model: type) -> tuple[Any, ...]:
    """The options that keep hidden rows out of a statement which reads related rows of a model."""
    return tuple(_rule(gate) for gate in hiding_in(known, model))


def _rule(gate: Gate) -> Any:
    return with_loader_criteria(gate.model, gate.condition(), include_aliases=True)


def hiding_in(known: Gates, *models: type) -> Sequence[Gate]:
    """The gates that hide rows which a statement on these models may read.

    A rule may ask other models in its turn, so where there is one, all such gates are among them.
    """
    remembered: dict[Any, Sequence[Gate]] = current_app.extensions.setdefault("bureau_hiding", {})
    found = remembered.get((len(known), *models))
    if found is None:
        hiding = _hiding(known)
        found = [gate for gate in hiding if any(reads(model, gate.model) for model in models)]
        found = hiding if any(gate.is_personal for gate in found) else found
        remembered[len(known), *models] = found
    return found


def _hiding(known: Gates) -> Sequence[Gate]:
    return [gate for gate in known.values() if gate.hides_rows]


class FollowedBy(UserDefinedOption):
    """The mark of a statement: what adds the rules to those that follow from its rows."""

    __slots__ = ()
    propagate_to_loaders = True


class _Nothing:
    """Stands for no model."""


# The mark takes no part in the key under which SQLAlchemy remembers a statement. This does, so that
# one with the mark is never taken for one without, whose rows would lead on to all others.
_KEPT_APART = with_loader_criteria(_Nothing, sa.true())


def marked(criteria: Criteria) -> tuple[Any, ...]:
    """The options that mark a statement."""
    return _KEPT_APART, FollowedBy(criteria)


@event.listens_for(Session, "do_orm_execute")
def _follow(state: ORMExecuteState) -> None:
    if not state.is_relationship_load:
        return
    for option in state.user_defined_options:
        if isinstance(option, FollowedBy):
            criteria = cast("Criteria", option.payload)
            found = tuple(criteria(mapper.class_ for mapper in state.all_mappers))
            state.statement = state.statement.options(*found)


def reads(model: type, other: type) -> bool:
    """Whether a statement on `model` may read rows of `other` by itself."""
    return any(issubclass(found, other) or issubclass(other, found) for found in _read_with(model))


@cache
def _read_with(model: type) -> frozenset[type]:
    """The model, what may be joined to it to be shown, and what is joined to that by itself."""
    own: Mapper[Any] = sa.inspect(model)
    found: set[type] = set()
    waiting = [own, *(r.mapper for m in own.self_and_descendants for r in m.relationships)]
    while waiting:
        mapper = waiting.pop()
        if mapper.class_ in found:
            continue
        found.add(mapper.class_)
        waiting += mapper.self_and_descendants
        waiting += [r.mapper for r in mapper.relationships if r.lazy in (False, "joined")]
        waiting += _asked_by_expressions(mapper)
    return frozenset(found)


def _asked_by_expressions(mapper: Mapper[Any]) -> Iterable[Mapper[Any]]:
    """The models whose tables the values that SQL computes are made from."""
    expressions = [a.columns[0] for a in mapper.column_attrs if not _is_column(a.columns[0])]
    parts = [part for expression in expressions for part in visitors.iterate(expression)]
    tables = {part.table for part in parts if isinstance(part, sa.Column)}
    tables |= {part for part in parts if isinstance(part, sa.Table)}
    return [other for other in mapper.registry.mappers if other.local_table in tables]


def _is_column(value: Any) -> bool:
    return isinstance(value, sa.Column)


@event.listens_for(Mapper, "after_configured")
def _forget() -> None:
    """A model that was declared only now may have given others a relation."""
    _read_with.cache_clear()
