"""The statements of undoing: a bounded number for any number of rows of a model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, RelationshipProperty

from app.core.fields import encode_values, holds_one_of
from app.core.history.columns import origin_columns, recorded_links
from app.core.history.inverse import Item
from app.core.query.gate import Gate, gates
from app.extensions import db

CHUNK = 2_000
"""Keys of one statement; SQLite takes 32,766 values, and a key may have several parts."""
CASES = 200
"""Rows of one UPDATE that gives each of them a value of its own."""


T = TypeVar("T")


class Current:
    """What a row holds now, and whether the user may see and change it."""

    def __init__(self, found: Any, names: Sequence[str]) -> None:
        self.is_readable, self.is_allowed = bool(found.is_readable), bool(found.is_allowed)
        self.version: int | None = getattr(found, "row_version", None)
        self.values = {name: getattr(found, f"value_{name}") for name in names}


def current_rows(gate: Gate, verb: str, items: Sequence[Item]) -> dict[str, Current]:
    """Read and lock the rows of these changes as they are now, by key."""
    mapper: Mapper[Any] = sa.inspect(gate.model)
    known = {column.name for column in origin_columns(gate.model)} if verb == "delete" else set()
    names = sorted(known.union(*(item.expected for item in items)))
    keys = [getattr(gate.model, mapper.get_property_by_column(c).key) for c in mapper.primary_key]
    version = mapper.version_id_col
    statement = sa.select(
        *([] if version is None else [version.label("row_version")]),
        *(key.label(f"key_{number}") for number, key in enumerate(keys)),
        *(getattr(gate.model, name).label(f"value_{name}") for name in names),
        gate.condition("read").label("is_readable"),
        gate.condition(verb).label("is_allowed"),
    ).with_for_update(of=gate.model)
    found = {}
    for chunk in chunks(items):
        for row in db.session.execute(statement.where(chosen(keys, chunk))):
            key = (getattr(row, f"key_{number}") for number in range(len(keys)))
            found[encode_values(key)] = Current(row, names)
    return found


def kept_out(gate: Gate, verb: str, items: Sequence[Item]) -> set[str]:
    """The keys of the rows that, as they are now, the user may not see or do `verb` to."""
    if not gate.row_rules:
        return set()
    keys: Any = sa.inspect(gate.model).primary_key
    allowed = sa.select(*keys).where(gate.condition("read"), gate.condition(verb))
    found = {
        encode_values(row)
        for chunk in chunks(items)
        for row in db.session.execute(
            allowed.where(chosen(keys, chunk)),
            bind_arguments={"mapper": sa.inspect(gate.model)},
        )
    }
    return {item.key for item in items} - found


def referred_to(model: type, items: Sequence[Item]) -> set[str]:
    """The keys of the rows that other rows have come to refer to."""
    mapper: Mapper[Any] = sa.inspect(model)
    leaving = {item.identity for item in items}
    found = set()
    for other, columns, positions in _references(mapper):
        own = other.primary_key if other is mapper else ()
        for chunk in chunks(items):
            keys = [tuple(item.identity[position] for position in positions) for item in chunk]
            named = sa.select(*columns, *own).where(holds_one_of(columns, keys)).distinct()
            for row in db.session.execute(named, bind_arguments={"mapper": other}):
                if not own or tuple(row[len(columns) :]) not in leaving:
                    found.add(tuple(row[: len(columns)]))
    return {item.key for item in items if item.identity in found}


def insert(model: Any, items: Sequence[Item]) -> None:
    """Write rows again with the keys that they had."""
    mapper: Mapper[Any] = sa.inspect(model)
    keys = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    shapes: defaultdict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for item in items:
        values = {**item.values, **dict(zip(keys, item.identity, strict=True))}
        if mapper.version_id_col is not None:
            # A form of before the deletion must not be taken for one of the row as it is again.
            version = mapper.get_property_by_column(mapper.version_id_col).key
            values[version] = (item.change.row_version or 0) + 1
        row = {str(mapper.columns[name].key): value for name, value in values.items()}
        shapes[frozenset(row)].append(row)
    _forget_lost_authors(mapper, [row for rows in shapes.values() for row in rows])
    for rows in shapes.values():
        run(mapper, sa.insert(_table(mapper)), rows)


def _forget_lost_authors(mapper: Mapper[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Whoever made a row may be gone by now; that must not keep the row from coming back."""
    model: Any = mapper.class_
    for origin in origin_columns(model):
        name = str(origin.column.key)
        wanted = {row[name] for row in rows if row.get(name) is not None}
        for key in origin.column.foreign_keys if wanted else ():
            known = sa.select(key.column).where(key.column.in_(wanted))
            found = set(db.session.scalars(known, bind_arguments={"mapper": mapper}))
            for row in rows:
                if row.get(name) not in found:
                    row[name] = None


def update(model: Any, items: Sequence[Item]) -> None:
    """Set values back: rows that get the same values by one statement."""
    mapper: Mapper[Any] = sa.inspect(model)
    alike: defaultdict[tuple[Any, ...], list[Item]] = defaultdict(list)
    for item in items:
        alike[tuple(sorted((n, repr(value)) for n, value in item.values.items()))].append(item)
    single: defaultdict[tuple[str, ...], list[Item]] = defaultdict(list)
    for group in alike.values():
        if len(group) * 10 > len(items) or not group[0].values:
            for chunk in chunks(group):
                _update(mapper, chunk, group[0].values)
        else:
            single[tuple(sorted(group[0].values))] += group
    for names, several in single.items():
        for chunk in chunks(several, CASES):
            _update(mapper, chunk, {name: _cases(mapper, name, chunk) for name in names})


def delete(model: Any, items: Sequence[Item]) -> None:
    """Remove rows, and before them the links that they have."""
    mapper: Mapper[Any] = sa.inspect(model)
    for chunk in chunks(items):
        for relation in recorded_links(model):
            near = [column for _local, column in relation.synchronize_pairs]
            positions = [
                mapper.primary_key.index(local) for local, _c in relation.synchronize_pairs
            ]
            keys = [tuple(item.identity[position] for position in positions) for item in chunk]
            run(mapper, sa.delete(association(relation)).where(holds_one_of(near, keys)))
        run(mapper, sa.delete(_table(mapper)).where(chosen(mapper.primary_key, chunk)))


def same(column: Any, one: Any, other: Any) -> bool:
    """Whether two values are one in the database: texts are trimmed there, amounts rounded."""
    if one == other:
        return True
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    written: Any = getattr(type(column.type), "process_bind_param", None)
    is_plain = written in (None, sa.types.TypeDecorator.process_bind_param)
    if is_plain or not all(value is None or isinstance(value, str) for value in (one, other)):
        return False
    dialect = db.engine.dialect
    return bool(written(column.type, one, dialect) == written(column.type, other, dialect))


def chunks(rows: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The rows in pieces that one statement can take."""
    found = list(rows)
    for start in range(0, len(found), size):
        yield found[start : start + size]


def association(relation: RelationshipProperty[Any]) -> sa.Table:
    """The table between two models."""
    return cast("sa.Table", relation.secondary)


def chosen(columns: Sequence[Any], items: Iterable[Item]) -> Any:
    """The condition that names these rows by their keys."""
    return holds_one_of(columns, [item.identity for item in items])


def _references(
    mapper: Mapper[Any],
) -> Iterator[tuple[Mapper[Any], list[Any], list[int]]]:
    """The foreign keys to this table: whose they are, and which part of the key each column is."""
    links = {relation.secondary for relation in _links(mapper)}
    for other in mapper.registry.mappers:
        table = other.local_table
        if table in links or not isinstance(table, sa.Table):
            continue
        # Models can be made for other sites as well; their tables are not in this one.
        if table.metadata.tables.get(table.key) is not table and other.class_ not in gates():
            continue
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table is mapper.local_table:
                keys = [element.column for element in constraint.elements]
                if all(key in mapper.primary_key for key in keys):
                    positions = [mapper.primary_key.index(key) for key in keys]
                    yield other, [element.parent for element in constraint.elements], positions


def _links(mapper: Mapper[Any]) -> Sequence[RelationshipProperty[Any]]:
    model: Any = mapper.class_
    return recorded_links(model)


def _table(mapper: Mapper[Any]) -> sa.Table:
    return cast("sa.Table", mapper.local_table)


def _update(mapper: Mapper[Any], items: Sequence[Item], values: dict[str, Any]) -> None:
    given: dict[Any, Any] = {mapper.columns[name].key: value for name, value in values.items()}
    if mapper.version_id_col is not None:
        given[mapper.version_id_col.key] = mapper.version_id_col + 1
    if given:
        statement = sa.update(_table(mapper)).where(chosen(mapper.primary_key, items))
        run(mapper, statement.values(given))


def _cases(mapper: Mapper[Any], name: str, items: Iterable[Item]) -> Any:
    column = mapper.columns[name]
    whens: Iterator[tuple[Any, Any]] = (
        (chosen(mapper.primary_key, [item]), sa.literal(item.values[name], column.type))
        for item in items
    )
    return sa.cast(sa.case(*whens, else_=column), column.type)


def run(mapper: Mapper[Any], statement: Any, rows: Any = None) -> None:
    """Run a statement of Core: undoing writes its history itself, with what it has read."""
    clause = {"clause": mapper.local_table}
    db.session.execute(statement, rows, bind_arguments=clause)
