"""What the session knows of its rows, and what it has to ask the database before it flushes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstanceState, Mapper, PassiveFlag, Session, attributes

from app.core.fields import holds_one_of
from app.core.history.columns import RecordedColumn, recorded_columns

State = InstanceState[Any]
Values = dict[str, Any]

_LOADED = PassiveFlag.PASSIVE_NO_INITIALIZE


def columns_of(mapper: Mapper[Any]) -> Sequence[RecordedColumn]:
    """The columns of a model that are recorded."""
    model: Any = mapper.class_
    return recorded_columns(model)


def overwritten(state: State) -> Values:
    """The values that are replaced unnoticed: by an expression, or with every UPDATE."""
    found = {}
    for column in columns_of(state.mapper):
        name = column.name
        if name not in state.committed_state:
            if column.column.onupdate is not None and name in state.dict:
                found[name] = state.dict[name]
        elif isinstance(state.dict.get(name), sa.ClauseElement):
            history = attributes.get_history(state.obj(), name, _LOADED)
            if history.deleted:
                found[name] = history.deleted[0]
    return found


def is_unread(state: State, column: RecordedColumn) -> bool:
    """Whether a column is changed, or may be through its relation, whose old value nobody knows."""
    if column.name not in state.dict:
        return column.column.onupdate is not None or any(
            relation.key in state.committed_state and column.column in relation.local_columns
            for relation in (state.mapper.relationships if column.column.foreign_keys else ())
        )
    if column.name not in state.committed_state:
        return False
    history = attributes.get_history(state.obj(), column.name, _LOADED)
    return bool(history.added) and not history.deleted and not history.unchanged


def read_rows(
    session: Session, mapper: Mapper[Any], states: Iterable[State]
) -> Iterator[tuple[State, Values]]:
    """What the database holds of these rows."""
    columns = columns_of(mapper)
    by_key = {tuple(key_of(state)): state for state in states}
    keys = list(mapper.primary_key)
    statement = sa.select(*keys, *(column.column for column in columns))
    connection = session.connection(bind_arguments={"mapper": mapper})
    for row in connection.execute(statement.where(is_one_of(mapper, by_key.values()))):
        state = by_key[tuple(row[: len(keys)])]
        yield state, {c.name: value for c, value in zip(columns, row[len(keys) :], strict=True)}


def moved_rows(session: Session) -> dict[sa.ForeignKeyConstraint, Any]:
    """The rows that this flush gives another parent, before the database could take them along."""
    found: defaultdict[tuple[Mapper[Any], sa.ForeignKeyConstraint], list[State]]
    found = defaultdict(list)
    for row in session.dirty:
        state: State = sa.inspect(row)
        for constraint in getattr(state.mapper.local_table, "foreign_key_constraints", ()):
            names = [
                state.mapper.get_property_by_column(element.parent).key
                for element in constraint.elements
            ]
            names += [
                relation.key
                for relation in state.mapper.relationships
                if relation.local_columns == set(constraint.columns) and not relation.uselist
            ]
            if any(attributes.get_history(row, name, _LOADED).has_changes() for name in names):
                found[state.mapper, constraint].append(state)
    return {constraint: is_one_of(mapper, states) for (mapper, constraint), states in found.items()}


def is_one_of(mapper: Mapper[Any], states: Iterable[State]) -> Any:
    """The condition that names these rows by their keys."""
    return holds_one_of(mapper.primary_key, [tuple(key_of(state)) for state in states])


def key_of(state: State) -> Sequence[Any]:
    """The key of a row, even of one that was only just added."""
    if state.key is not None:
        return tuple(state.key[1])
    return state.mapper.primary_key_from_instance(state.obj())
