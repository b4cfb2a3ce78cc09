"""Giving many rows the same values: by set statements, whatever the number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstanceState, Mapper

from app.core.errors import BureauError, Forbidden
from app.core.fields import encode_key, holds_one_of, title_of
from app.core.query.changes import Hooks, assign, committed, count_links, forget_derived, stale
from app.core.query.gate import Gate
from app.extensions import db

VERSIONS = 200
"""Versions of the rows that one statement asks for."""
UNSYNCHRONISED = {"synchronize_session": False}


def change_rows(gate: Gate, rows: Sequence[Any], values: Mapping[str, Any], hooks: Hooks) -> int:
    """Give rows that `gate.find(keys, "edit")` gave the same values, and commit: all or none.

    Raises as `change_row` does. Where a hook refuses a row, the error has its title as a note.
    Rows in which a hook changes more than these values are written one by one.
    """
    gate.require("edit")
    keys = [encode_key(row) for row in rows]
    with committed(gate):
        alike: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
        for row in rows:
            assign(gate, row, values, "edit")
            try:
                hooks.pre_update(row)
            except BureauError as error:
                error.add_note(title_of(row))
                raise
            if _has_just(row, values):
                alike[tuple(_changed(row, values))].append(row)
            else:
                count_links(row)
        statements = [
            statement
            for names, some in alike.items()
            if names
            for statement in _statements(some, names, values)
        ]
        _forget([row for some in alike.values() for row in some], values)
        for statement, count in statements:
            done: Any = db.session.execute(statement, execution_options=UNSYNCHRONISED)
            if done.rowcount != count:
                raise stale()
        db.session.flush()
        # What the statements have written is read here, for the hooks that come after.
        if len(gate.find(keys, "edit")) < len(rows):
            raise Forbidden
    for row in rows:
        forget_derived(row)
        hooks.post_update(row)
    return len(rows)


def _has_just(row: Any, values: Mapping[str, Any]) -> bool:
    """Whether nothing but these values was set."""
    state: Any = sa.inspect(row)
    return values.keys() >= state.committed_state.keys() and all(
        state.dict.get(name) is value for name, value in values.items()
    )


def _changed(row: Any, values: Mapping[str, Any]) -> list[str]:
    """The names of the values that the row did not have before."""
    state: Any = sa.inspect(row)
    found = []
    for name, value in values.items():
        before = state.committed_state.get(name, value)
        if name in state.mapper.relationships:
            columns = _columns(state.mapper, name, value)
            is_new = any(getattr(row, key) != new for key, new in columns.items())
        else:
            is_new = before != value
        if is_new:
            found.append(name)
    return found


def _statements(
    rows: Sequence[Any], names: Sequence[str], values: Mapping[str, Any]
) -> Iterator[tuple[Any, int]]:
    """Write these of the values to the rows that are still as they were read; with how many.

    The keys stand together by version: of pairs PostgreSQL takes some thousands only, and of
    alternatives SQLite some hundreds.
    """
    mapper: Mapper[Any] = sa.inspect(type(rows[0]))
    version = mapper.version_id_col
    given: dict[str, Any] = {}
    for name in names:
        is_relation = name in mapper.relationships
        given |= _columns(mapper, name, values[name]) if is_relation else {name: values[name]}
    if version is not None:
        given[mapper.get_property_by_column(version).key] = version + 1
    found = list(_keys_by_version(mapper, rows).items())
    for start in range(0, len(found), VERSIONS):
        some = found[start : start + VERSIONS]
        chosen = [
            sa.and_(
                sa.true() if version is None else version == number,
                holds_one_of(mapper.primary_key, keys),
            )
            for number, keys in some
        ]
        statement = sa.update(mapper.class_).where(sa.or_(*chosen)).values(given)
        yield statement, sum(len(keys) for _number, keys in some)


def _keys_by_version(mapper: Mapper[Any], rows: Sequence[Any]) -> dict[Any, list[tuple[Any, ...]]]:
    names = [mapper.get_property_by_column(column).key for column in mapper.primary_key]
    version = mapper.version_id_col
    known = None if version is None else mapper.get_property_by_column(version).key
    found: defaultdict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        number = None if known is None else getattr(row, known)
        found[number].append(tuple(getattr(row, name) for name in names))
    return found


def _forget(rows: Sequence[Any], values: Mapping[str, Any]) -> None:
    """Else the session would write the same once more: in the rows, and in whose they are now."""
    for known in (*rows, *values.values()):
        state: Any = sa.inspect(known, raiseerr=False)
        if isinstance(state, InstanceState):
            db.session.expire(known)


def _columns(mapper: Mapper[Any], name: str, value: Any) -> dict[str, Any]:
    """The attributes that hold the key of a related row, with the values that lead to this one."""
    pairs = mapper.relationships[name].local_remote_pairs or ()
    target = mapper.relationships[name].mapper
    return {
        mapper.get_property_by_column(near).key: None
        if value is None
        else getattr(value, target.get_property_by_column(far).key)
        for near, far in pairs
    }
