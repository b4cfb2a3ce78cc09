"""The links of many-to-many relations, taken back and made again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, RelationshipProperty

from app.core.errors import NotFound
from app.core.fields import decode_key, holds_one_of
from app.core.history.columns import recorded_links
from app.core.history.inverse import Item
from app.core.history.rewriting import association, chunks, run
from app.extensions import db

Link = frozenset[tuple[str, Any]]


class Links:
    """The links that undoing an operation changes: taken back at once, made at the end of all.

    A link needs both of its rows, and which of them comes back first is all the same then.
    """

    def __init__(self) -> None:
        self.taken: set[tuple[sa.Table, Link]] = set()
        self.wanted: dict[tuple[sa.Table, Link], tuple[RelationshipProperty[Any], Item, str]] = {}

    def covers(self, model: Any, item: Item) -> bool:
        """Whether the item is about links alone, and these were undone from their other side."""
        if item.values or item.expected or not (item.link or item.unlink):
            return False
        pairs = [
            (association(relation), frozenset(values.items()))
            for relation in recorded_links(model)
            for what in ("link", "unlink")
            for _item, _key, values in _pairs(relation, _named([item], what, relation))
        ]
        return all(pair in self.taken for pair in pairs)

    def take(self, model: Any, items: Sequence[Item]) -> None:
        """Take links back, and remember which are to be made."""
        for relation in recorded_links(model):
            table = association(relation)
            off = [
                values for _i, _key, values in _pairs(relation, _named(items, "unlink", relation))
            ]
            for values in off:
                self.taken.add((table, frozenset(values.items())))
                self.wanted.pop((table, frozenset(values.items())), None)
            for chunk in chunks(off):
                columns = [table.c[name] for name in chunk[0]]
                run(relation.parent, sa.delete(table).where(holds_one_of(columns, _keys(chunk))))
            for item, key, values in _pairs(relation, _named(items, "link", relation)):
                self.taken.add((table, frozenset(values.items())))
                self.wanted[table, frozenset(values.items())] = (relation, item, key)

    def make(self) -> list[tuple[Item, int]]:
        """Make the links; give the items of which some cannot be made, with their number."""
        groups: defaultdict[Any, list[tuple[Item, str, dict[str, Any]]]] = defaultdict(list)
        for (_table, link), (relation, item, key) in self.wanted.items():
            groups[relation].append((item, key, dict(sorted(link))))
        missing: dict[int, tuple[Item, int]] = {}
        for relation, pairs in groups.items():
            near = _there(relation.parent, {item.identity for item, _key, _values in pairs})
            model = relation.mapper.class_
            far = _there(relation.mapper, {decode_key(model, key) for _i, key, _v in pairs})
            rows = []
            for item, key, values in pairs:
                if item.identity in near and decode_key(model, key) in far:
                    rows.append(values)
                    continue
                missing[id(item)] = item, missing.get(id(item), (item, 0))[1] + 1
                item.link[relation.key].remove(key)
            _insert(relation, rows)
        return list(missing.values())


def extra_links(model: Any, items: Sequence[Item]) -> set[str]:
    """The keys of the rows that have links which the change to be undone did not make."""
    found = set()
    for relation in recorded_links(model):
        table = association(relation)
        wanted = [(item, key) for item in items for key in item.unlink.get(relation.key, ())]
        pairs = _pairs(relation, wanted)
        known = {tuple(sorted(values.items())) for _item, _key, values in pairs}
        columns = [column for _local, column in relation.synchronize_pairs]
        positions = [relation.parent.primary_key.index(c) for c, _s in relation.synchronize_pairs]
        far = [column for _remote, column in relation.secondary_synchronize_pairs or ()]
        for chunk in chunks(items):
            keys = {tuple(item.identity[p] for p in positions): item.key for item in chunk}
            linked = sa.select(*(table.c[str(c.key)] for c in (*columns, *far)))
            statement = linked.where(holds_one_of(columns, list(keys)))
            for row in db.session.execute(statement, bind_arguments={"mapper": relation.parent}):
                names = (str(c.key) for c in (*columns, *far))
                if tuple(sorted(zip(names, row, strict=True))) not in known:
                    found.add(keys[tuple(row[: len(columns)])])
    return found


def _insert(relation: RelationshipProperty[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Add the links that are not there yet."""
    table = association(relation)
    for chunk in chunks(rows):
        columns = [table.c[name] for name in chunk[0]]
        known = sa.select(*columns).where(holds_one_of(columns, _keys(chunk)))
        bind = {"mapper": relation.parent}
        found = {tuple(row) for row in db.session.execute(known, bind_arguments=bind)}
        pairs = zip(_keys(chunk), chunk, strict=True)
        new = [row for key, row in pairs if key not in found]
        if new:
            run(relation.parent, sa.insert(table), new)


def _there(mapper: Mapper[Any], identities: Iterable[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Which of these rows exist."""
    keys = mapper.primary_key
    return {
        tuple(row)
        for chunk in chunks(identities)
        for row in db.session.execute(
            sa.select(*keys).where(holds_one_of(keys, chunk)), bind_arguments={"mapper": mapper}
        )
    }


def _named(
    items: Iterable[Item], what: str, relation: RelationshipProperty[Any]
) -> list[tuple[Item, str]]:
    return [(item, key) for item in items for key in getattr(item, what).get(relation.key, ())]


def _keys(rows: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows]


def _pairs(
    relation: RelationshipProperty[Any], pairs: Iterable[tuple[Item, str]]
) -> list[tuple[Item, str, dict[str, Any]]]:
    """The rows of the association table that link these; without keys that are none any more."""
    near = [
        (str(column.key), relation.parent.primary_key.index(local))
        for local, column in relation.synchronize_pairs
    ]
    far = [
        (str(column.key), relation.mapper.primary_key.index(remote))
        for remote, column in relation.secondary_synchronize_pairs or ()
    ]
    found = []
    for item, key in pairs:
        try:
            other = decode_key(relation.mapper.class_, key)
        except NotFound:
            continue
        values = {name: item.identity[position] for name, position in near}
        found.append((item, key, values | {name: other[position] for name, position in far}))
    return found
