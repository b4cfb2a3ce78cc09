"""Reads the rows of a list as plain values: the shown columns, and what related rows are called.

A row of the ORM costs far more than what a list shows of it, so it is loaded only where a value
is made of the whole row: by a property in Python, or by a model that writes its own title.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, aliased

from app.core.fields import (
    Batch,
    Field,
    Line,
    Many,
    Ref,
    encode_key,
    encode_values,
    has_own_title,
    key_attributes,
    title_attributes,
    title_of,
)
from app.core.fields.titles import title_from, title_without
from app.core.kinds.masked import Masked
from app.core.query.loading import Order, in_order, with_loaded
from app.core.query.state import Sort
from app.extensions import db

Row = Sequence[Any]
Reader = Callable[[Row], Any]
Narrow = Callable[["sa.Select[Any]"], "sa.Select[Any]"]


class Reading(Protocol):
    """What the gate that the rows come through adds to reading them."""

    def related_rules(self, model: type) -> tuple[Any, ...]:
        """The options that keep hidden rows out of a statement which reads related rows."""

    def prepare(self, records: Sequence[Any], columns: Iterable[Field]) -> None:
        """Called with the records that lines will be made of, where they are loaded as wholes."""


def needs_records(model: type, columns: Iterable[Field]) -> bool:
    """Whether the rows themselves must be loaded to know their title or a value."""
    mapper: Mapper[Any] = sa.inspect(model)
    return (
        has_own_title(model)
        or mapper.polymorphic_on is not None
        or any(f.reads_row or (f.target and has_own_title(f.target)) for f in columns)
    )


def line_of(record: Any, columns: Iterable[Field]) -> Line:
    """The line of a row that was loaded as a whole."""
    values = tuple(_plain(field, field.value(record)) for field in columns)
    return Line(encode_key(record), title_of(record), values, record)


def _plain(field: Field, value: Any) -> Any:
    if field.is_many:
        refs = tuple(ref_to(item) for item in value or ())
        return Many(refs, len(refs))
    return ref_to(value) if field.is_relation and value is not None else value


def ref_to(row: Any) -> Ref:
    """A row that was loaded, as others point at it."""
    return row if isinstance(row, Ref) else Ref(type(row), encode_key(row), title_of(row))


@dataclass(frozen=True)
class Shape:
    """What a list reads of each row, in which order. It knows no user, and is made once."""

    model: type
    columns: tuple[Field, ...]
    order: Order
    selected: tuple[Any, ...]
    """What the statement selects: key, title, values, then what the rows are ordered by."""
    joins: tuple[Any, ...]
    key: Reader
    title: Reader
    readers: tuple[Reader | RefReader | ManyReader, ...]
    """Takes the value of a column out of a row, or reads that of all rows at once."""
    order_at: int
    is_whole: bool = False
    """Whether the rows themselves are loaded."""

    def read(self, narrow: Narrow, statement: sa.Select[Any]) -> Sequence[Row]:
        """The rows of `statement`, an unordered one on the model, that `narrow` leaves."""
        return db.session.execute(self.select(statement, narrow)).all()

    def stream(self, statement: sa.Select[Any], reading: Reading, size: int) -> Iterator[Batch]:
        """All rows of `statement`, an unordered one on the model, `size` at a time."""
        terms = [term.order() for term in self.order.terms]
        ordered = self.select(statement, lambda found: found.order_by(*terms))
        result = db.session.execute(ordered, execution_options={"yield_per": size})
        for rows in result.partitions():
            yield Batch(len(rows), self.values(rows, reading))

    def select(self, statement: sa.Select[Any], narrow: Narrow | None = None) -> sa.Select[Any]:
        """The statement with what this shape reads; `narrow` is given it with its joins."""
        for join in self.joins:
            statement = statement.outerjoin(join)
        if narrow is not None:
            statement = narrow(statement)
        if self.is_whole:
            loaded = with_loaded(statement, self.model, self.columns, self.order)
            return loaded.add_columns(*self.selected)
        return statement.with_only_columns(*self.selected, maintain_column_froms=True)

    def order_values(self, row: Row) -> tuple[Any, ...]:
        """The values by which a row stands where it does."""
        return tuple(row[self.order_at :])

    def lines(
        self, rows: Sequence[Row], reading: Reading, many_limit: int | None = None
    ) -> list[Line]:
        """The rows as lines; of many related rows the first `many_limit`, with their number."""
        if self.is_whole:
            reading.prepare([row[0] for row in rows], self.columns)
            return [line_of(row[0], self.columns) for row in rows]
        columns = self.values(rows, reading, many_limit)
        values: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else repeat(())
        return [Line(self.key(r), self.title(r), v) for r, v in zip(rows, values, strict=False)]

    def values(
        self, rows: Sequence[Row], reading: Reading, many_limit: int | None = None
    ) -> Sequence[Iterable[Any]]:
        """The values of each column, in the order of the rows."""
        if self.is_whole:
            records = [row[0] for row in rows]
            reading.prepare(records, self.columns)
            return [[_plain(f, f.value(record)) for record in records] for f in self.columns]
        keys = list(map(_key_reader(len(key_attributes(self.model))), rows))
        columns: list[Iterable[Any]] = []
        for read in self.readers:
            if isinstance(read, ManyReader):
                found = read.read(keys, reading, many_limit)
                columns.append([found.get(key, NONE) for key in keys])
            elif isinstance(read, RefReader):
                columns.append(read.read(rows))
            else:
                columns.append(map(read, rows))
        return columns


NONE = Many((), 0)


def _key_reader(width: int) -> Callable[[Row], Any]:
    """Takes the key out of a row that begins with it: the value itself, or several of them."""
    return itemgetter(*range(width))


def shape_of(
    model: type, columns: tuple[Field, ...], sort: tuple[Sort, ...], *, whole: bool = False
) -> Shape:
    """Work out what to select for a list of these columns in this order."""
    _statement, order = in_order(sa.select(model), model, sort)
    terms = tuple(t.column.label(f"_order_{n}") for n, t in enumerate(order.terms))
    sorted_by = {item.field.name: item.field for item in sort}
    joins = [sorted_by[name].attribute.of_type(alias) for name, alias in order.joined.items()]
    if whole or needs_records(model, columns):
        nothing: Reader = _nothing
        return Shape(model, columns, order, terms, tuple(joins), nothing, nothing, (), 1, True)
    selected = _Selection()
    keys = [selected.add(getattr(model, name)) for name in key_attributes(model)]
    titles = [selected.add(getattr(model, name)) for name in title_attributes(model)]
    readers: list[Reader | RefReader | ManyReader] = []
    for field in columns:
        if field.is_many:
            readers.append(ManyReader.of(field))
        elif field.target is None:
            readers.append(_value_reader(field, selected.add(field.attribute)))
        else:
            alias = order.joined.get(field.name)
            if alias is None:
                alias = aliased(field.target)
                joins.append(field.attribute.of_type(alias))
            titles_at, keys_at = (
                tuple(selected.add(getattr(alias, name)) for name in names)
                for names in (title_attributes(field.target), key_attributes(field.target))
            )
            readers.append(RefReader(field.target, titles_at, keys_at))
    return Shape(
        model,
        columns,
        order,
        (*selected.columns, *terms),
        tuple(joins),
        lambda row: encode_values(row[n] for n in keys),
        lambda row: title_from(row[n] for n in titles) or title_without(row[n] for n in keys),
        tuple(readers),
        len(selected.columns),
    )


def _nothing(_row: Row) -> str:
    return ""


class _Selection:
    """The columns to select, each of them once."""

    def __init__(self) -> None:
        self.columns: list[Any] = []
        self._places: dict[Any, int] = {}

    def add(self, column: Any) -> int:
        """Where in a row the value of this column will be."""
        key = getattr(column, "key", None), getattr(column, "parent", None)
        if key not in self._places:
            self._places[key] = len(self.columns)
            # Two tables may have columns of one name, which a result must tell apart.
            self.columns.append(column.label(f"_{len(self.columns)}"))
        return self._places[key]


def _value_reader(field: Field, place: int) -> Reader:
    kind = field.kind
    if not isinstance(kind, Masked):
        return itemgetter(place)
    masked = kind

    def masking(row: Row) -> Any:
        value = row[place]
        return None if value is None or value == "" else masked.mask(value)

    return masking


@dataclass(frozen=True)
class RefReader:
    """Makes references to related rows of what was selected of them. Made once."""

    target: type
    titles: tuple[int, ...]
    """Where in a row the title's parts are."""
    keys: tuple[int, ...]
    """Where those of the key are."""

    def read(self, rows: Iterable[Row]) -> list[Ref | None]:
        """The reference in each row; many rows refer to the same few, which are made once."""
        key_of = itemgetter(*self.keys)
        known: dict[Any, Ref | None] = {}
        found = []
        for row in rows:
            key = key_of(row)
            if key not in known:
                known[key] = self._ref(row)
            found.append(known[key])
        return found

    def _ref(self, row: Row) -> Ref | None:
        key = [row[n] for n in self.keys]
        if key[0] is None:
            return None
        title = title_from([row[n] for n in self.titles]) or title_without(key)
        return Ref(self.target, encode_values(key), title)


@dataclass(frozen=True)
class ManyReader:
    """Reads the related rows of many rows: one statement, whatever their number. Made once."""

    target: type
    every: sa.Select[Any]
    """All related rows: the keys of the owner, then title and key of each, then 0."""
    first: sa.Select[Any]
    """The first `limit` of each owner, with the number of all of them in place of the 0."""
    width: int
    """How many columns an owner's key has."""

    @classmethod
    def of(cls, field: Field) -> ManyReader:
        """The reader of a field of many related rows, in the order that the relation declares."""
        model: Any = field.model
        target: Any = field.target
        owner = [getattr(model, name) for name in key_attributes(model)]
        # A row may be related to others of its own kind.
        other: Any = aliased(target) if issubclass(model, target) else target
        declared = sa.inspect(model).relationships[field.name].order_by
        titles = [getattr(other, name) for name in title_attributes(target)]
        order = list(declared) if declared and other is target else titles
        named = [getattr(other, name) for name in _title_columns(target)]
        # A thousand numbers as parameters would take longer than the rows they ask for.
        is_number = len(owner) == 1 and isinstance(owner[0].type, sa.Integer)
        keys: Any = sa.bindparam("keys", expanding=True, literal_execute=is_number)
        related = (
            sa.select(*owner, *named)
            .join(field.attribute.of_type(other))
            .where((owner[0] if len(owner) == 1 else sa.tuple_(*owner)).in_(keys))
        )
        every = related.add_columns(sa.literal(0)).order_by(*order)
        return cls(target, every, _first_of(related, owner, order), len(owner))

    def read(self, keys: Sequence[Any], reading: Reading, limit: int | None) -> dict[Any, Many]:
        """The related rows of those with these keys; the first `limit` of each, and how many."""
        if not keys:
            return {}
        values: dict[str, Any] = {"keys": keys}
        statement = self.every
        if limit is not None:
            statement, values["limit"] = self.first, limit
        statement = statement.options(*reading.related_rules(self.target))
        return self._grouped(db.session.execute(statement, values).all())

    def _grouped(self, rows: Sequence[Row]) -> dict[Any, Many]:
        names, width = _title_columns(self.target), self.width
        titles = range(width, width + len(title_attributes(self.target)))
        keys = (width + names.index(name) for name in key_attributes(self.target))
        refs = RefReader(self.target, tuple(titles), tuple(keys)).read(rows)
        owners = map(_key_reader(width), rows)
        found: dict[Any, list[Ref]] = {}
        totals: dict[Any, int] = {}
        for owner, row, ref in zip(owners, rows, refs, strict=True):
            if owner not in found:
                found[owner], totals[owner] = [], row[-1]
            if ref is not None:
                found[owner].append(ref)
        return {key: Many(tuple(refs), totals[key] or len(refs)) for key, refs in found.items()}


def _first_of(
    related: sa.Select[Any], owner: Sequence[Any], order: Sequence[Any]
) -> sa.Select[Any]:
    place = sa.func.row_number().over(partition_by=owner, order_by=order).label("_place")
    total = sa.func.count().over(partition_by=owner).label("_total")
    numbered = related.add_columns(total, place).subquery()
    shown = [column for column in numbered.c if column.name != "_place"]
    limit: Any = sa.bindparam("limit", type_=sa.Integer)
    return sa.select(*shown).where(numbered.c._place <= limit).order_by(numbered.c._place)


def _title_columns(target: type) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*title_attributes(target), *key_attributes(target))))
