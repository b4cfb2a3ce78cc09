"""Statements that read one row by its key: made once, unless rules make them anew each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.attributes import set_committed_value

from app.core.fields import Field, decode_key
from app.core.query.hiding import Gates, hidden_relations, hiding_in
from app.core.query.loading import UNORDERED, with_loaded
from app.core.query.rows import Shape
from app.extensions import db

if TYPE_CHECKING:
    from app.core.query.gate import Gate

MAX_STATEMENTS = 200
"""How many choices of columns are remembered of a model; people use a few."""


def select_record(gate: Gate, known: Gates, columns: Iterable[Field]) -> sa.Select[Any]:
    """Select a row as a record, with these columns and single relations loaded."""
    shown = [field for field in columns if not is_apart(field)]

    def make() -> sa.Select[Any]:
        return with_loaded(_by_key(gate), gate.model, shown, UNORDERED)

    return _made_once(gate, known, ("record", *(field.name for field in shown)), make)


def load_apart(gate: Gate, known: Gates, record: Any, key: str, columns: Iterable[Field]) -> None:
    """Load the many related rows among these columns, with one statement for each of them."""
    loaded: Mapping[str, Any] = sa.inspect(record).dict
    for field in columns:
        if is_apart(field) and field.name not in loaded:
            statement = _select_related(gate, known, field)
            found = db.session.scalars(statement, parameters(gate, key)).unique().all()
            set_committed_value(record, field.name, found)


def is_apart(field: Field) -> bool:
    """Whether its rows are loaded by a statement of ours, which costs less than SQLAlchemy's.

    Those of the model itself would need another name in it.
    """
    target, model = field.target, field.model
    return field.is_many and target is not None and not _are_kin(target, model)


def _are_kin(one: type, other: type) -> bool:
    return sa.inspect(one).base_mapper is sa.inspect(other).base_mapper


def _select_related(gate: Gate, known: Gates, field: Field) -> sa.Select[Any]:
    def make() -> sa.Select[Any]:
        target: Any = field.target
        relation: RelationshipProperty[Any] = sa.inspect(field.model).relationships[field.name]
        statement = sa.select(target).select_from(field.model).join(field.attribute)
        statement = statement.where(*_has_key(gate)).options(*hidden_relations(gate, known))
        return with_loaded(statement, target, (), UNORDERED).order_by(*relation.order_by or ())

    return _made_once(gate, known, ("related", field.name), make)


def select_line(gate: Gate, known: Gates, shape: Shape) -> sa.Select[Any]:
    """Select what a line of this shape is made of."""
    names = ((field.name, field.is_masked) for field in shape.columns)
    return _made_once(gate, known, ("line", *names), lambda: shape.select(_by_key(gate)))


def parameters(gate: Gate, key: str) -> dict[str, Any]:
    """What such a statement is executed with; raises `NotFound` for what is no key."""
    return {_name(number): value for number, value in enumerate(decode_key(gate.model, key))}


def _made_once(
    gate: Gate, known: Gates, place: Iterable[Any], make: Callable[[], sa.Select[Any]]
) -> sa.Select[Any]:
    if any(other.is_personal for other in (gate, *hiding_in(known, gate.model))):
        return make()
    return gate.statements.get((gate.scope, *place), make)


def _by_key(gate: Gate) -> sa.Select[Any]:
    return gate.rows().where(*_has_key(gate))


def _has_key(gate: Gate) -> Iterator[sa.ColumnElement[bool]]:
    keys: Any = sa.inspect(gate.model).primary_key
    for number, key in enumerate(keys):
        yield key == sa.bindparam(_name(number), type_=key.type)


def _name(number: int) -> str:
    return f"key_{number}"
