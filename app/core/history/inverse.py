"""The inverse of recorded changes, before any statement is made."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper
from sqlalchemy.schema import sort_tables_and_constraints

from app.core.errors import NotFound
from app.core.fields import decode_key, key_attributes
from app.core.history.columns import ORIGIN, recorded_columns, recorded_links
from app.core.history.models import Change, Verb
from app.core.history.values import brought_back, from_stored
from app.core.history.wording import keys_in
from app.core.kinds import BadValue, kind_of_column


class Step(enum.Enum):
    """What has to be done to a row, in the order in which foreign keys allow it."""

    INSERT = enum.auto()
    UPDATE = enum.auto()
    DELETE = enum.auto()


STEPS = {Verb.DELETE: Step.INSERT, Verb.EDIT: Step.UPDATE, Verb.ADD: Step.DELETE}


@dataclass
class Item:
    """The inverse of one change: of its values, those to set and those to find."""

    change: Change
    identity: tuple[Any, ...]
    values: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    link: dict[str, list[str]] = field(default_factory=dict)
    unlink: dict[str, list[str]] = field(default_factory=dict)
    version: int | None = None
    """The version of the row before it is undone."""
    origin: dict[str, str | None] = field(default_factory=dict)
    """When the row was made and by whom, as the history keeps it; read before it is deleted."""

    @property
    def key(self) -> str:
        return self.change.row_key


def batches(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes of an operation, given oldest first, as sets to be undone one after the other.

    A set ends where a row comes a second time, and where rows are added after others of their
    model were deleted, because they may have taken their place. The newest set comes first.
    """
    found: list[list[Change]] = []
    seen: set[tuple[str, str]] = set()
    emptied: set[str] = set()
    for change in changes:
        row = change.model, change.row_key
        takes_a_place = change.verb is Verb.ADD and change.model in emptied
        if not found or row in seen or takes_a_place:
            found.append([])
            seen, emptied = set(), set()
        found[-1].append(change)
        seen.add(row)
        if change.verb is Verb.DELETE:
            emptied.add(change.model)
    return found[::-1]


def steps_of(
    batch: Iterable[Change], models: Mapping[str, type]
) -> Iterator[tuple[Step, type, list[Change]]]:
    """The changes of one set by what undoes them and by model: parents appear first, go last."""
    groups: defaultdict[tuple[Step, str], list[Change]] = defaultdict(list)
    for change in batch:
        groups[STEPS[change.verb], change.model].append(change)
    order = _parents_first([models[name] for name in {name for _step, name in groups}])
    for step in Step:
        for model in order if step is not Step.DELETE else order[::-1]:
            if changes := groups.get((step, model.__name__)):
                # Within a table, too, what was written last goes first.
                yield step, model, changes[::-1]


def invert(model: Any, change: Change) -> Item:
    """What to do to the row; raises `BadValue` or `NotFound` where the model has changed since."""
    item = Item(change, decode_key(model, change.row_key))
    columns, links = _columns(model), {link.key for link in recorded_links(model)}
    before, after = change.before or {}, change.after or {}
    for name, stored in before.items():
        if name in links:
            item.link[name] = keys_in(stored)
        elif name in columns:
            item.values[name] = brought_back(columns[name], stored)
    for name, stored in after.items():
        if name in links:
            item.unlink[name] = keys_in(stored)
        elif name in columns and name not in ORIGIN:
            item.expected[name] = from_stored(columns[name], stored)
    return item


def inverted(model: type, changes: Iterable[Change]) -> Iterator[tuple[Change, Item | None]]:
    """The inverse of each change; None where the model no longer has what it names."""
    for change in changes:
        try:
            yield change, invert(model, change)
        except (BadValue, NotFound):
            yield change, None


def in_order_of_links(model: Any, items: Sequence[Item]) -> list[Item]:
    """Rows to insert, those that others of the same table refer to first."""
    names = _self_links(model)
    if not names:
        return list(items)
    waiting = {item.identity: item for item in items}
    found: list[Item] = []

    def place(item: Item) -> None:
        path = [item]
        while path:
            last = path[-1]
            parents = (waiting.get((last.values.get(name),)) for name in names)
            parent = next((p for p in parents if p is not None and p not in path), None)
            if parent is not None:
                path.append(parent)
                continue
            path.pop()
            if waiting.pop(last.identity, None) is not None:
                found.append(last)

    for item in items:
        if item.identity in waiting:
            place(item)
    return found


def _columns(model: Any) -> dict[str, Any]:
    """The kind of each column that a change may name, other than the key."""
    mapper: Mapper[Any] = sa.inspect(model)
    known = {column.name: column.kind for column in recorded_columns(model)}
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if isinstance(column, sa.Column) and attribute.key not in key_attributes(model):
            known.setdefault(attribute.key, kind_of_column(column))
    return known


def _self_links(model: Any) -> list[str]:
    """The attributes with the key of another row of the same table."""
    mapper: Mapper[Any] = sa.inspect(model)
    table = mapper.local_table
    return [
        attribute.key
        for attribute in mapper.column_attrs
        if any(
            key.column.table is table for key in getattr(attribute.columns[0], "foreign_keys", ())
        )
    ]


def _parents_first(models: Sequence[Any]) -> list[type]:
    by_table = {sa.inspect(model).local_table: model for model in models}
    ordered = sort_tables_and_constraints(by_table)
    return [by_table[table] for table, _constraints in ordered if table is not None]
