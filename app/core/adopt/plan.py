"""What each table becomes, as plain records that the writers turn into code."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.adopt.coltypes import TypeCode
from app.core.adopt.layout import Call
from app.core.adopt.schema import Column, Notes, Table


@dataclass(frozen=True)
class Enumeration:
    """A Python enumeration, for an enumeration or a list of allowed texts of the database."""

    name: str
    origin: str
    # The name and the value of each member.
    members: tuple[tuple[str, str], ...]


@dataclass
class Attribute:
    """One column of a model."""

    name: str
    column: Column
    type: TypeCode
    is_key: bool = False
    is_unique: bool = False
    # What the foreign key of this column alone refers to, as SQLAlchemy writes it.
    references: list[str] = field(default_factory=list)
    # Whether the type is written although a foreign key would give one.
    has_own_type: bool = False


@dataclass
class Relation:
    """One direction of a foreign key, or of an association."""

    name: str
    # The annotation inside `Mapped[…]`.
    annotation: str
    arguments: list[str | Call] = field(default_factory=list)


@dataclass
class Model:
    """A table that becomes a class, with a view of its own."""

    name: str
    table: Table
    # What relations call a row of it: `order_line`.
    noun: str
    attributes: list[Attribute] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    # The foreign keys of several columns: columns here, and what they refer to.
    composite_references: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(
        default_factory=list
    )
    # The attributes of the title, where the derived title would be a poor one.
    title: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names that are taken in the class."""
        attributes = {attribute.name for attribute in self.attributes}
        return attributes | {relation.name for relation in self.relations}

    def attribute(self, column: str) -> Attribute:
        """The attribute of a column."""
        return next(item for item in self.attributes if item.column.name == column)


@dataclass
class Association:
    """A table that becomes a `Table`, for a relation from many to many."""

    variable: str
    table: Table
    # The type and the target of each column.
    columns: list[tuple[Column, str]] = field(default_factory=list)


@dataclass
class Plan:
    """Everything the writers need."""

    name: str
    models: list[Model]
    associations: list[Association]
    enumerations: list[Enumeration]
    notes: Notes
