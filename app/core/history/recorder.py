"""Writes the history of what a session flushes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, PassiveFlag, Session, attributes

from app.core.fields import encode_key
from app.core.history.cascades import write_deletions
from app.core.history.columns import RecordedColumn, is_recorded, recorded_columns, recorded_links
from app.core.history.memory import (
    State,
    Values,
    columns_of,
    is_one_of,
    is_unread,
    key_of,
    moved_rows,
    overwritten,
    read_rows,
)
from app.core.history.models import Verb
from app.core.history.references import EMPTYING, ranks
from app.core.history.snapshot import title_columns
from app.core.history.values import to_stored
from app.core.history.writing import change_of, title_from, write_rows

_KEY = "bureau_flush"
_LOADED = PassiveFlag.PASSIVE_NO_INITIALIZE
# The other side of a relation may not be loaded, but knows what was added to it all the same.
_LOADED_OR_PENDING = _LOADED | PassiveFlag.INCLUDE_PENDING_MUTATIONS


@dataclass
class _Flush:
    """What must be known of a flush before it begins."""

    deleted: set[State] = field(default_factory=set)
    gone: set[tuple[Any, Any]] = field(default_factory=set)
    """The values of the keys deleted, each with its column."""
    old: dict[State, Values] = field(default_factory=dict)
    """Values of before that the flush overwrites, or that nobody has loaded."""
    new: dict[State, Values] = field(default_factory=dict)
    """Values that only the database knows, because it has made them."""


def collect_changes(session: Session, _context: Any, _instances: Any) -> None:
    """Write down what is about to be deleted, and read the old values that nobody has loaded."""
    flush = session.info[_KEY] = _Flush()
    doomed: defaultdict[Mapper[Any], list[State]] = defaultdict(list)
    unread: defaultdict[Mapper[Any], list[State]] = defaultdict(list)
    for row in session.deleted:
        state: State = sa.inspect(row)
        doomed[state.mapper].append(state)
    for row in session.dirty:
        state = sa.inspect(row)
        if state.mapper._is_orphan(state):
            doomed[state.mapper].append(state)
        elif is_recorded(type(row)) and session.is_modified(row):
            flush.old[state] = overwritten(state)
            if any(is_unread(state, column) for column in columns_of(state.mapper)):
                unread[state.mapper].append(state)
    for mapper, states in unread.items():
        for state, values in read_rows(session, mapper, states):
            unknown = [c.name for c in columns_of(mapper) if is_unread(state, c)]
            flush.old[state] |= {name: values[name] for name in unknown}
    if doomed:
        chosen = {mapper: [is_one_of(mapper, states)] for mapper, states in doomed.items()}
        write_deletions(session, chosen, kept=moved_rows(session))
        flush.deleted = {state for states in doomed.values() for state in states}
        for state in flush.deleted:
            flush.gone |= set(zip(state.mapper.primary_key, key_of(state), strict=True))


def write_changes(session: Session, context: Any) -> None:
    """Write the changes, now that new rows have their keys; two statements for any number."""
    flush: _Flush = session.info.pop(_KEY)
    unread: defaultdict[Mapper[Any], list[State]] = defaultdict(list)
    for state, known in flush.old.items():
        if any(name not in state.dict for name in known):
            unread[state.mapper].append(state)
    for mapper, states in unread.items():
        flush.new |= dict(read_rows(session, mapper, states))
    changes = []
    for state, is_deleted in _in_order(context.states):
        if is_deleted:
            if state not in flush.deleted:
                # Somebody else's listener has deleted it: what is in memory must do.
                changes.append(_change(state, Verb.DELETE, before=all_values(state)))
        elif state.key is None:
            changes.append(_change(state, Verb.ADD, after=all_values(state)))
        else:
            before, after = _differences(state, flush)
            if before or after:
                changes.append(_change(state, Verb.EDIT, before=before, after=after))
    write_rows(session, changes)


def _in_order(states: Mapping[State, tuple[bool, bool]]) -> list[tuple[State, bool]]:
    """The rows flushed, each after those that it refers to, with whether it was deleted."""
    found = [
        (state, is_deleted)
        for state, (is_deleted, is_only_listed) in states.items()
        if not is_only_listed and is_recorded(state.class_)
    ]
    if len(found) < 2:
        return found
    rank = ranks({state.mapper for state, _deleted in found})

    def place(pair: tuple[State, bool]) -> tuple[int, int]:
        return rank[pair[0].mapper], getattr(pair[0], "insert_order", None) or 0

    return sorted(found, key=place)


def forget_changes(session: Session, _previous: Any) -> None:
    """Leave nothing of a flush that failed."""
    session.info.pop(_KEY, None)


def all_values(state: State) -> Values:
    """Every recorded value of a row in memory, and the keys of what it is linked to."""
    model: Any = state.class_
    row = state.obj()
    found: Values = {
        column.name: to_stored(column.kind, getattr(row, column.name))
        for column in recorded_columns(model)
        if state.key is None or column.name in state.dict
    }
    for relation in recorded_links(model):
        linked = state.dict.get(relation.key) or ()
        found[relation.key] = sorted(encode_key(other) for other in _each(linked))
    return found


def _change(state: State, verb: Verb, **values: Any) -> dict[str, Any]:
    mapper, row = state.mapper, state.obj()
    titles = {name: getattr(row, name) for name in title_columns(mapper)}
    version: Any = mapper.version_id_col
    if version is not None:
        version = getattr(row, mapper.get_property_by_column(version).key)
    return change_of(
        mapper,
        verb,
        encode_key(row),
        row_title=title_from(mapper, key_of(state), titles),
        row_version=version if isinstance(version, int) else None,
        **values,
    )


def _differences(state: State, flush: _Flush) -> tuple[Values, Values]:
    """The changed values before and after; of links, the keys removed and added."""
    before: Values = {}
    after: Values = {}
    model: Any = state.class_
    known = flush.old.get(state, {})
    for column in recorded_columns(model):
        name = column.name
        if name not in state.committed_state and name not in known:
            continue
        history = attributes.get_history(state.obj(), name, _LOADED)
        if not history.has_changes() and name not in known:
            continue
        old = history.deleted[0] if history.deleted else known.get(name)
        new = history.added[0] if history.added else None
        if isinstance(new, sa.ClauseElement) or not history.has_changes():
            made = flush.new.get(state)
            new = made[name] if made is not None else getattr(state.obj(), name)
        texts = to_stored(column.kind, old), to_stored(column.kind, new)
        if texts[0] != texts[1] and not _is_emptied(column, old, new, flush):
            before[name], after[name] = texts
    for name, removed, added in _link_changes(state):
        before[name], after[name] = removed, added
    return before, after


def _link_changes(state: State) -> Iterator[tuple[str, list[str], list[str]]]:
    model: Any = state.class_
    for relation in recorded_links(model):
        history = attributes.get_history(state.obj(), relation.key, _LOADED_OR_PENDING)
        removed = sorted(encode_key(other) for other in history.deleted or () if other is not None)
        added = sorted(encode_key(other) for other in history.added or () if other is not None)
        if removed or added:
            yield relation.key, removed, added


def _is_emptied(column: RecordedColumn, old: Any, new: Any, flush: _Flush) -> bool:
    """Whether the key was emptied because its row goes, which is written down with that already."""
    return new is None and any(
        (key.column, old) in flush.gone and (key.ondelete or "").upper() in EMPTYING
        for key in column.column.foreign_keys
    )


def _each(linked: Any) -> Iterable[Any]:
    return linked.values() if isinstance(linked, dict) else linked
