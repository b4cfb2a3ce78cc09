"""Writes the changes of chosen rows: in SQL where the database can, else after reading them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session

from app.core.changes import open_transaction, tag_of
from app.core.fields import encode_values
from app.core.fields.titles import MAX_TITLE_LENGTH
from app.core.history.columns import RecordedColumn
from app.core.history.models import Change, Operation, Verb
from app.core.history.scope import connection_for_history, opened_scope, written_scope
from app.core.history.snapshot import (
    NAMES,
    Chosen,
    as_expression,
    can_be_written_by_sql,
    far_columns,
    select_changes,
    title_columns,
    version_of,
)
from app.core.history.values import to_stored


def write_chosen(session: Session, groups: Sequence[Chosen]) -> int:
    """Write a change for each row of each group, before it happens; gives their number.

    One statement for all that the database can write itself. The rows of another database, and
    values that only Python can write, are read first, with one statement for each group and one
    for each of its relations.
    """
    own = session.get_bind(mapper=Operation.__mapper__)

    def is_by_sql(chosen: Chosen) -> bool:
        bind = session.get_bind(mapper=chosen.mapper)
        return bind is own and can_be_written_by_sql(chosen, own.dialect)

    count = 0
    # In their order, because undoing goes from the last change to the first.
    for by_sql, some in groupby(groups, is_by_sql):
        if by_sql:
            count += _write_by_sql(session, list(some))
        else:
            rows = [change for chosen in some for change in _read_changes(session, chosen)]
            count += write_rows(session, rows)
    return count


def _write_by_sql(session: Session, groups: Sequence[Chosen]) -> int:
    scope = written_scope(session)
    connection = connection_for_history(session)
    parts = [select_changes(chosen, scope.id, connection.dialect) for chosen in groups]
    source: Any = parts[0]
    if len(parts) > 1:
        # PostgreSQL locks rows inside of a subquery, but not in a part of a union.
        source = sa.union_all(*(sa.select(part.subquery()) for part in parts))
    written: int = connection.execute(
        sa.insert(Change.__table__).from_select(NAMES, source)
    ).rowcount
    return written


def write_rows(session: Session, changes: Sequence[Mapping[str, Any]]) -> int:
    """Write changes that are known already, with one statement."""
    if changes:
        scope, operation = opened_scope(session)
        connection = connection_for_history(session)
        rows = [{"operation_id": scope.id, **change} for change in changes]
        if operation is None:
            connection.execute(_CHANGES, rows)
        elif len(rows) == 1 and connection.dialect.name == "postgresql":
            _write_together(session, connection, operation, rows[0])
        else:
            connection.execute(_OPERATION, operation)
            connection.execute(_CHANGES, rows)
    return len(changes)


def _write_together(
    session: Session, connection: Any, operation: Mapping[str, Any], change: Mapping[str, Any]
) -> None:
    """Write an operation and its only change with one statement."""
    named = {f"{_OF_OPERATION}{name}": value for name, value in operation.items()}
    connection.execute(_TOGETHER, {**named, **change})
    transaction = open_transaction(session)
    if transaction is not None:
        # What the statement does beside its own table cannot be seen from outside.
        transaction.tables.add(tag_of(_OPERATIONS))


_OF_OPERATION = "operation."
_OPERATIONS, _TABLE = (cast("sa.Table", model.__table__) for model in (Operation, Change))
_OPERATION, _CHANGES = _OPERATIONS.insert(), _TABLE.insert().inline()
_TOGETHER = (
    _TABLE.insert()
    .inline()
    .values({name: sa.bindparam(name) for name in NAMES})
    .add_cte(
        _OPERATIONS.insert()
        .values({c.name: sa.bindparam(f"{_OF_OPERATION}{c.name}") for c in _OPERATIONS.columns})
        .cte("operation")
    )
)


def change_of(mapper: Mapper[Any], verb: Verb, key: str, **values: Any) -> dict[str, Any]:
    """One change as a row of its table, but for its operation."""
    empty = dict.fromkeys(NAMES[3:])
    return {**empty, "model": mapper.class_.__name__, "row_key": key, "verb": verb, **values}


def stored_values(columns: Iterable[RecordedColumn], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row as the history keeps them."""
    return {column.name: to_stored(column.kind, values[column.name]) for column in columns}


def title_from(mapper: Mapper[Any], key: Sequence[Any], values: Mapping[str, Any]) -> str:
    """The title of a row from its own columns.

    What a model's `__str__` reads beside them is not worth a statement for each row.
    """
    parts = [values[name] for name in title_columns(mapper)]
    title = " ".join("" if part is None else str(part) for part in parts).strip()
    title = title or f"#{encode_values(key)}"
    short = title[: MAX_TITLE_LENGTH - 1] + "…"
    return title if len(title) <= MAX_TITLE_LENGTH else short


def _read_changes(session: Session, chosen: Chosen) -> list[dict[str, Any]]:
    mapper = chosen.mapper
    connection = session.connection(bind_arguments={"mapper": mapper})
    keys = mapper.primary_key
    titles = [getattr(mapper.class_, name) for name in title_columns(mapper)]
    before = [column.column for column in chosen.columns]
    after = [
        sa.type_coerce(
            as_expression(chosen.after[c.name], c.column, connection.dialect), c.column.type
        )
        for c in chosen.columns
        if chosen.verb is Verb.EDIT
    ]
    parts = [*keys, *titles, *before, *after, version_of(chosen)]
    selected = [part.label(f"part_{number}") for number, part in enumerate(parts)]
    rows = connection.execute(chosen.rows(*selected).with_for_update(of=mapper.class_)).all()
    links = _read_links(connection, chosen) if rows else {}
    return [_described(chosen, row, links) for row in rows]


def _described(chosen: Chosen, row: Sequence[Any], links: Mapping[Any, Any]) -> dict[str, Any]:
    """The change of a row that was read in the order of `_read_changes`."""
    mapper, columns = chosen.mapper, chosen.columns
    values = iter(row)
    key = [next(values) for _ in mapper.primary_key]
    titles = {name: next(values) for name in title_columns(mapper)}
    before: dict[str, Any] = stored_values(columns, {c.name: next(values) for c in columns})
    after = None
    if chosen.verb is Verb.EDIT:
        after = stored_values(columns, {c.name: next(values) for c in columns})
    for relation in chosen.links:
        before[relation.key] = sorted(links.get((relation.key, *key), ()))
    return change_of(
        mapper,
        chosen.verb,
        encode_values(key),
        row_title=title_from(mapper, key, titles),
        row_version=next(values),
        before=before,
        after=after,
    )


def _read_links(connection: sa.Connection, chosen: Chosen) -> dict[Any, list[str]]:
    """The keys of the linked rows, by relation and key."""
    found = defaultdict(list)
    keys = chosen.mapper.primary_key
    for relation in chosen.links:
        near = sa.and_(*(local == remote for local, remote in relation.synchronize_pairs))
        assert relation.secondary is not None
        linked = chosen.rows(*keys, *far_columns(relation)).join(relation.secondary, near)
        for row in connection.execute(linked):
            key, far = row[: len(keys)], row[len(keys) :]
            found[relation.key, *key].append(encode_values(far))
    return dict(found)
