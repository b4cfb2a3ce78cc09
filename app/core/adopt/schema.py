"""What adoption knows of a database, as plain records: no connection, no code."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.types import TypeEngine


class Kind(enum.StrEnum):
    """What sort of relation a table is, in the words of the report."""

    TABLE = "table"
    VIEW = "view"
    MATERIALIZED_VIEW = "materialized view"
    FOREIGN_TABLE = "foreign table"


@dataclass(frozen=True)
class Column:
    """One column, with its type as SQLAlchemy reads it and as the database writes it."""

    name: str
    type: TypeEngine[Any]
    database_type: str = ""
    # For a column of a domain: the type that the domain stands on.
    base_type: str = ""
    nullable: bool = True
    # The text of the default, where the database fills the column in.
    default: str | None = None
    computed: str | None = None
    # Whether the database counts the column up when a row is added.
    counts_up: bool = False
    # Whether the database refuses any value but its own (GENERATED ALWAYS AS IDENTITY).
    always_generated: bool = False
    # How SQLite's texts write a moment: "seconds", "iso"; "mixed" where a column holds
    # values of several types; "" for SQLAlchemy's own way.
    form: str = ""
    comment: str | None = None


@dataclass(frozen=True)
class Reference:
    """One foreign key; `schema` is None where the target is in the default schema."""

    columns: tuple[str, ...]
    schema: str | None
    table: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table or view of the database."""

    name: str
    schema: str | None = None
    kind: Kind = Kind.TABLE
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    references: tuple[Reference, ...] = ()
    # The texts of its CHECK constraints.
    checks: tuple[str, ...] = ()
    comment: str | None = None
    read_only: bool = False
    # Whether a row of one side has more partners than a form can hold (association tables).
    crowded: bool = False

    @property
    def title(self) -> str:
        """The name as the report writes it."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def identity(self) -> tuple[str | None, str]:
        """What tells this table from all others of the database."""
        return self.schema, self.name

    def column(self, name: str) -> Column:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)

    def is_unique(self, columns: tuple[str, ...]) -> bool:
        """Whether no two rows have the same values in `columns`."""
        wanted = set(columns)
        return any(set(unique) <= wanted for unique in (*self.uniques, self.key) if unique)


@dataclass
class Notes:
    """What the owner is told: what was handled in a special way, and what was left out."""

    handled: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def handle(self, subject: str, text: str) -> None:
        """Say that `subject` was mapped, but not as a plain table or column is."""
        if (subject, text) not in self.handled:
            self.handled.append((subject, text))

    def mentions(self, subject: str) -> bool:
        """Whether anything was said of `subject` yet."""
        return any(subject == mentioned for mentioned, _text in self.handled)

    def leave_out(self, subject: str, reason: str) -> None:
        """Say that `subject` was not mapped, and why."""
        self.left_out.append((subject, reason))
