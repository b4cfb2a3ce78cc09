"""What the database itself deletes or empties when rows go: the rows that refer to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session

from app.core.history.columns import is_recorded, recorded_columns
from app.core.history.models import Verb
from app.core.history.references import EMPTYING, Reference, in_order, reachable
from app.core.history.snapshot import Chosen
from app.core.history.writing import write_chosen

Conditions = Mapping[Mapper[Any], Sequence[Any]]
Kept = Mapping[sa.ForeignKeyConstraint, Any]


class Doomed:
    """All rows that go with the chosen ones; one condition for each table, so none counts twice.

    `kept` are rows that the session is about to give another parent.
    """

    def __init__(self, chosen: Conditions, kept: Kept) -> None:
        self._chosen, self._kept = chosen, kept
        self._references = list(reachable(chosen))
        self._families: dict[Mapper[Any], sa.CTE] = {}
        self._conditions: dict[Mapper[Any], Any] = {}
        for mapper in in_order(chosen, self._references):
            self._conditions[mapper] = self._condition(mapper)

    def groups(self) -> list[Chosen]:
        """The changes, in the order in which they can be undone from the end."""
        emptied = [group for reference in self._references for group in self._emptied(reference)]
        return emptied + [
            Chosen(mapper, Verb.DELETE, [condition])
            for mapper, condition in reversed(self._conditions.items())
            if is_recorded(mapper.class_)
        ]

    def _condition(self, mapper: Mapper[Any]) -> Any:
        condition = sa.or_(
            *(
                self._caught(reference)
                for reference in self._references
                if reference.child is mapper and reference.takes_another_table_along
            ),
            *([sa.and_(sa.true(), *self._chosen[mapper])] if mapper in self._chosen else ()),
        )
        if all(reference.parent is not mapper for reference in self._references):
            return condition
        family = self._families[mapper] = self._family(mapper, condition)
        keys = sa.select(*(family.c[column.name] for column in mapper.primary_key))
        return _tuple(mapper.primary_key).in_(keys)

    def _family(self, mapper: Mapper[Any], condition: Any) -> sa.CTE:
        """The rows of one table that go, with those of the same table below them."""
        referred = [
            element.column
            for reference in self._references
            if reference.parent is mapper
            for element in reference.constraint.elements
        ]
        columns = list(dict.fromkeys([*mapper.primary_key, *referred]))
        rows = Chosen(mapper, Verb.DELETE, [condition])
        own = [r for r in self._references if r.parent is mapper and r.takes_its_own_kind_along]
        name = f"gone_{mapper.class_.__name__.lower()}"
        family = rows.rows(*columns).cte(name, recursive=bool(own))
        if not own:
            return family
        child = mapper.local_table.alias()
        below = sa.or_(
            *(
                sa.and_(*(child.c[e.parent.key] == family.c[e.column.name] for e in r.elements))
                for r in (reference.constraint for reference in own)
            )
        )
        return family.union(sa.select(*(child.c[str(c.key)] for c in columns)).where(below))

    def _caught(self, reference: Reference) -> Any:
        """The condition that a child refers to a row that goes."""
        family = self._families[reference.parent]
        elements = reference.constraint.elements
        parents = sa.select(*(family.c[element.column.name] for element in elements))
        columns = [element.parent for element in elements]
        found = [column.is_not(None) for column in columns if column.nullable]
        found.append(_tuple(columns).in_(parents))
        if reference.constraint in self._kept:
            found.append(sa.not_(self._kept[reference.constraint]))
        return sa.and_(*found)

    def _emptied(self, reference: Reference) -> Iterator[Chosen]:
        """The rows that lose their parent and stay."""
        child = reference.child
        model: Any = child.class_
        if reference.rule not in EMPTYING or not is_recorded(model):
            return
        known = {column.name for column in recorded_columns(model)}
        after = {}
        for element in reference.constraint.elements:
            name = child.get_property_by_column(element.parent).key
            if name in known:
                after[name] = _default(element.parent, reference.rule)
        where = [self._caught(reference)]
        if child in self._conditions:
            where.append(sa.not_(sa.func.coalesce(self._conditions[child], sa.false())))
        if after:
            yield Chosen(child, Verb.EDIT, where, after)


def write_deletions(
    session: Session,
    chosen: Conditions,
    kept: Kept | None = None,
) -> int:
    """Write that these rows go, and what the database deletes and empties with them.

    Gives how many of the chosen rows there are; -1 where nobody else can write in the meantime, so
    that they need not be counted.
    """
    groups = Doomed(chosen, kept or {}).groups()
    if not groups:
        return -1
    if len(groups) == 1:
        return write_chosen(session, groups)
    count = sum(_locked(session, mapper, where) for mapper, where in chosen.items())
    write_chosen(session, groups)
    return count


def _locked(session: Session, mapper: Mapper[Any], where: Sequence[Any]) -> int:
    """Lock rows before those that refer to them are read: from then on there will be no others."""
    connection = session.connection(bind_arguments={"mapper": mapper})
    if connection.dialect.name != "postgresql":
        return -1
    rows = Chosen(mapper, Verb.DELETE, where).rows(sa.literal(1).label("one"))
    locked = rows.with_for_update(of=mapper.class_).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(locked)) or 0


def _tuple(columns: Sequence[Any]) -> Any:
    return columns[0] if len(columns) == 1 else sa.tuple_(*columns)


def _default(column: sa.Column[Any], rule: str) -> Any:
    """What the database puts into the column."""
    default = column.server_default
    if rule == "SET DEFAULT" and isinstance(default, sa.DefaultClause):
        made = default.arg
        return sa.literal(made, sa.Text) if isinstance(made, str) else made
    return None
