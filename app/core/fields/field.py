"""The fields of a model, derived from its mapper: what a column or relation is to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import ColumnProperty, Mapper, RelationshipProperty

from app.core.fields.lines import Many
from app.core.fields.titles import title_of
from app.core.kinds import Kind, kind_of_column
from app.core.kinds.base import EMPTY, UNKNOWN, Widget
from app.core.kinds.masked import Masked
from app.core.kinds.relation import Relation, Relations
from app.core.labels import humanise, label

COMMON_COLUMNS = frozenset(
    "id created_at updated_at created_by_id updated_by_id created_by updated_by version".split()
)
"""The columns of every table of ours, which the platform fills and nobody edits."""


def common_columns(model: type) -> frozenset[str]:
    """The columns of `model` that the platform fills: none of an adopted table."""
    is_adopted = sa.inspect(model).local_table.metadata.info.get("bind_key") is not None
    return frozenset() if is_adopted else COMMON_COLUMNS


@dataclass(frozen=True)
class Field:
    """One field of a model: a column, a relation, or a property computed in Python."""

    name: str
    label: Any
    kind: Kind
    model: type
    column: sa.Column[Any] | None = None
    """The column of the table; None for a relation, and for a value that SQL or Python computes."""
    is_expression: bool = False
    """Whether SQL computes the value (`column_property`)."""
    target: type | None = None
    """The model that a relation leads to."""
    is_many: bool = False
    is_required: bool = False
    is_unique: bool = False
    is_readonly: bool = False
    is_key: bool = False
    help: str = ""

    @property
    def attribute(self) -> Any:
        """The model's attribute, to build statements with."""
        return getattr(self.model, self.name)

    @property
    def is_relation(self) -> bool:
        return self.target is not None

    @property
    def is_computed(self) -> bool:
        """Whether only Python knows the value, so that no statement can use it."""
        return self.column is None and self.target is None and not self.is_expression

    @property
    def reads_row(self) -> bool:
        """Whether the value is made of the whole row, so that reading a column is not enough."""
        return self.is_computed or type(self).value is not Field.value

    @property
    def is_sortable(self) -> bool:
        return self.kind.is_sortable and not self.is_computed and not self.is_many

    def value(self, row: Any) -> Any:
        """The value in this row, as the model's attribute has it."""
        found = getattr(row, self.name)
        if isinstance(self.kind, Masked):
            return None if found is None or found == "" else self.kind.mask(found)
        return found() if self.is_computed and callable(found) else found

    def masked(self) -> Field:
        """The same field for whoever may see only the end of its value."""
        return replace(self, kind=Masked(self.kind), is_readonly=True)

    @property
    def is_masked(self) -> bool:
        """Whether only the end of the value is shown, so that no statement may use it."""
        return isinstance(self.kind, Masked)

    def text(self, row: Any) -> str:
        """The value for people, in the reader's language; `—` where it is empty."""
        return self.text_of(self.value(row))

    def text_of(self, value: Any) -> str:
        """Like `text`, for a value already read."""
        if self.is_many:
            items = value.refs if isinstance(value, Many) else value or ()
            return ", ".join(title_of(item) for item in items) or EMPTY
        if value is None or value == "" or value == []:
            return EMPTY
        return title_of(value) if self.is_relation else self.kind.format(value)


@cache
def fields_of(model: type) -> Mapping[str, Field]:
    """All fields of a model, in the order of its columns; relations stand where their keys do.

    A foreign key column is left out where a relation carries it: people choose a row, not a
    number.
    """
    mapper: Mapper[Any] = sa.inspect(model)
    relations = [_relation_field(mapper, relation) for relation in mapper.relationships]
    by_column: dict[str, Field] = {}
    for relation, field in zip(mapper.relationships, relations, strict=True):
        if not field.is_many:
            for column in relation.local_columns:
                by_column.setdefault(str(column.key), field)
    found: dict[str, Field] = {}
    for attribute in mapper.column_attrs:
        carried = by_column.get(str(attribute.columns[0].key))
        if carried is not None and attribute.columns[0].foreign_keys:
            found.setdefault(carried.name, carried)
            if not attribute.columns[0].primary_key:
                continue
        field = _column_field(mapper, attribute)
        if carried is not None and field.is_key and not carried.is_readonly:
            # Choosing the row sets this part of the key; nobody should write it a second time.
            field = replace(field, is_required=False, is_readonly=True)
        found.setdefault(field.name, field)
    for field in relations:
        found.setdefault(field.name, field)
    return MappingProxyType(found)


def computed_field(model: type, name: str) -> Field:
    """A field for a Python property or method of the model, which lists may show."""
    return Field(name, label(humanise(name)), UNKNOWN, model, is_readonly=True)


def _column_field(mapper: Mapper[Any], attribute: ColumnProperty[Any]) -> Field:
    column = attribute.columns[0]
    is_table_column = isinstance(column, sa.Column)
    kind = kind_of_column(column)
    generated = is_table_column and (column.computed is not None or _is_automatic(mapper, column))
    return Field(
        name=attribute.key,
        label=_label_of(attribute),
        kind=kind,
        model=mapper.class_,
        column=column if isinstance(column, sa.Column) else None,
        is_expression=not is_table_column,
        is_required=is_table_column and _is_required(column),
        is_unique=is_table_column and bool(column.unique),
        is_readonly=kind.widget is Widget.READONLY
        or not is_table_column
        or generated
        or attribute.key in common_columns(mapper.class_)
        or attribute.info.get("readonly", False)
        or column.info.get("readonly", False),
        is_key=is_table_column and column.primary_key,
        help=str(getattr(column, "comment", None) or ""),
    )


def _relation_field(mapper: Mapper[Any], relation: RelationshipProperty[Any]) -> Field:
    columns = relation.local_columns
    common = common_columns(mapper.class_)
    is_many = bool(relation.uselist)
    owns_key = not is_many and any(column.foreign_keys for column in columns)
    writable = not relation.viewonly and (owns_key or relation.secondary is not None)
    return Field(
        name=relation.key,
        label=label(humanise(relation.key)),
        kind=Relations() if is_many else Relation(),
        model=mapper.class_,
        target=relation.mapper.class_,
        is_many=is_many,
        is_required=owns_key and all(_is_required(column) for column in columns),
        is_unique=owns_key and len(columns) == 1 and bool(next(iter(columns)).unique),
        is_readonly=not writable
        or bool(relation.info.get("readonly"))
        or (relation.secondary is None and all(column.key in common for column in columns)),
        help=str(relation.doc or ""),
    )


def _label_of(attribute: ColumnProperty[Any]) -> Any:
    column = attribute.columns[0]
    of_column = column.info.get("label") if isinstance(column, sa.Column) else None
    declared = attribute.info.get("label", of_column)
    return declared if declared is not None else label(humanise(attribute.key))


def _is_required(column: Any) -> bool:
    return (
        not column.nullable
        and column.default is None
        and column.server_default is None
        and column.computed is None
    )


def _is_automatic(mapper: Mapper[Any], column: Any) -> bool:
    """Whether the database counts this key up by itself."""
    table = mapper.local_table
    return column.primary_key and (
        column.identity is not None
        or (isinstance(table, sa.Table) and table.autoincrement_column is column)
        or (column.server_default is not None)
    )
