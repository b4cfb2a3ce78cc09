"""Foreign keys as the history sees them: what goes with a row, and what must be there before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from app.core.history.scope import Unrecorded
from app.core.query.gate import gates

CASCADE = "CASCADE"
EMPTYING = frozenset({"SET NULL", "SET DEFAULT"})


@dataclass(frozen=True)
class Reference:
    """A foreign key by which rows change when others go."""

    parent: Mapper[Any]
    child: Mapper[Any]
    constraint: sa.ForeignKeyConstraint

    @property
    def rule(self) -> str:
        """What the database does to the child."""
        return (self.constraint.ondelete or "").upper()

    @property
    def takes_another_table_along(self) -> bool:
        """Whether rows of another table go, too."""
        return self.rule == CASCADE and self.child is not self.parent

    @property
    def takes_its_own_kind_along(self) -> bool:
        """Whether rows of the same table go, too."""
        return self.rule == CASCADE and self.child is self.parent


def reachable(chosen: Iterable[Mapper[Any]]) -> Iterator[Reference]:
    """The foreign keys by which other rows change when these go, directly or not."""
    waiting, seen = list(chosen), set(chosen)
    for parent in waiting:
        for reference in _references(parent):
            yield reference
            if reference.rule == CASCADE and reference.child not in seen:
                seen.add(reference.child)
                waiting.append(reference.child)


def _references(parent: Mapper[Any]) -> Iterator[Reference]:
    for child in sorted(parent.registry.mappers, key=lambda mapper: mapper.class_.__name__):
        table = child.local_table
        if child.inherits is not None or not isinstance(table, sa.Table):
            continue
        if table.metadata.tables.get(table.key) is not table and child.class_ not in gates():
            # A class whose table was taken out of the schema.
            continue
        for constraint in sorted(table.foreign_key_constraints, key=lambda c: list(c.column_keys)):
            reference = Reference(parent, child, constraint)
            if constraint.referred_table is parent.local_table and (
                reference.rule == CASCADE or reference.rule in EMPTYING
            ):
                yield reference


def in_order(chosen: Iterable[Mapper[Any]], references: Sequence[Reference]) -> list[Mapper[Any]]:
    """The mappers whose rows go, each after those that take it along."""
    graph: dict[Mapper[Any], set[Mapper[Any]]] = {mapper: set() for mapper in chosen}
    for reference in references:
        if reference.takes_another_table_along:
            graph.setdefault(reference.child, set()).add(reference.parent)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        names = ", ".join(mapper.class_.__name__ for mapper in error.args[1])
        raise Unrecorded(f"These delete each other's rows in a circle: {names}.") from error


def ranks(mappers: Iterable[Mapper[Any]]) -> dict[Mapper[Any], int]:
    """The order in which rows of these can be added: each after those that it refers to."""
    known = {mapper.local_table: mapper for mapper in mappers}
    graph: dict[Mapper[Any], set[Mapper[Any]]] = {}
    for table, mapper in known.items():
        constraints = getattr(table, "foreign_key_constraints", ())
        referred = {known.get(constraint.referred_table) for constraint in constraints}
        graph[mapper] = {found for found in referred if found not in (None, mapper)}
    try:
        ordered = list(TopologicalSorter(graph).static_order())
    except CycleError:
        ordered = list(graph)
    return {mapper: rank for rank, mapper in enumerate(ordered)}
