"""What stands behind a recorded change: its model, and the fields that people know it by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask_appbuilder import Model as FabModel
from sqlalchemy.orm import Mapper

from app.core.fields import Field, fields_of
from app.core.labels import humanise_class, label
from app.core.query.gate import Gate, current_actor, gates

LOOK_BACK = "look_back"
"""What row rules call seeing what a row was before: of what one may read, it may be less."""


def model_named(name: str) -> type | None:
    """The model that changes of this name are about; None where it is no longer there."""
    for model in gates():
        if model.__name__ == name:
            return model
    return _own_models().get(name)


def label_of(name: str) -> str:
    """What one row of a model is called, in the reader's language."""
    return str(label(humanise_class(name)))


@cache
def carriers(model: Any) -> Mapping[str, str]:
    """By the name of each column and link, the name of the field that people see it in.

    A foreign key is seen as the relation that it carries, as `fields_of` has it.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    known = fields_of(model)
    by_column: dict[str, str] = {}
    for relation in mapper.relationships:
        if not relation.uselist:
            for column in relation.local_columns:
                if column.foreign_keys:
                    by_column.setdefault(mapper.get_property_by_column(column).key, relation.key)
    found = {name: name for name in known}
    found |= {name: field for name, field in by_column.items() if field in known}
    return MappingProxyType(found)


def seen_fields(gate: Gate, verb: str = "read") -> dict[str, Field]:
    """The fields that the user may see, or write, by the names that the history keeps."""
    allowed = gate.fields(verb)
    dropped = {
        rule.field
        for rule in gate.field_rules
        if (rule.hides or verb != "read") and not (rule.unless and gate.can(rule.unless))
    }
    return {
        name: allowed[field]
        for name, field in carriers(gate.model).items()
        if field in allowed and name not in dropped
    }


def sees_every_row(gate: Gate) -> bool:
    """Whether no row rule keeps any row from the user, so that a deleted one was theirs to see.

    Of a row that is gone nobody can say any more whether a rule held for it.
    """
    user = current_actor()
    rules = (rule.expression(user) for rule in gate.rules_for(LOOK_BACK))
    return gate.can("read") and all(isinstance(rule, sa.sql.elements.True_) for rule in rules)


@cache
def _own_models() -> Mapping[str, type]:
    return {mapper.class_.__name__: mapper.class_ for mapper in FabModel.registry.mappers}


def may_look_back(gate: Gate) -> bool:
    """Whether the user may see what rows of the model were before.

    What everybody may read was perhaps written in private, so its past is not for everybody.
    """
    return gate.can("read") and not gate.is_shared_with_all()
