"""The history of a row as its reader may see it: who changed what, when, and from where."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy.orm import aliased, joinedload

from app.core.errors import Forbidden, NotFound
from app.core.fields import decode_key, encode_values, title_of
from app.core.history.columns import is_recorded
from app.core.history.models import Change, Operation, Source, Verb
from app.core.history.subjects import LOOK_BACK, may_look_back, sees_every_row
from app.core.history.wording import FieldChange, Wording
from app.core.labels import humanise, label
from app.core.query.gate import Gate
from app.core.trash import DELETED_AT, Scope
from app.extensions import db

PAGE_SIZE = 20
UNDONE_BY = {Verb.ADD: "delete", Verb.EDIT: "edit", Verb.DELETE: "add"}
"""The right that undoing a change asks for."""


@dataclass(frozen=True)
class Entry:
    """One change in words."""

    id: int
    operation_id: uuid.UUID
    model: str
    row_key: str
    row_title: str
    verb: Verb
    what: str
    at: datetime.datetime
    who: str
    source: Source
    source_label: str
    fields: tuple[FieldChange, ...]
    together: int
    """How many changes the operation made in all."""
    is_undone: bool
    can_undo: bool
    can_restore: bool = False


@dataclass(frozen=True)
class Timeline:
    """One page of the history of a row; `row` is None where the row is gone."""

    row: Any
    title: str
    version: int | None
    entries: tuple[Entry, ...]
    page: int
    has_next: bool
    is_shown: bool = True
    """Whether there is a page of the record: what is gone or in the trash has none."""


def changes_of(gate: Gate, key: str, page: int = 1, size: int = PAGE_SIZE) -> Timeline:
    """The changes of one row, newest first.

    Raises `NotFound` where the user may not see the row. The history of a row that is gone is for
    those from whom no row rule keeps anything: what a rule said of it nobody can tell any more.
    """
    if not is_recorded(gate.model):
        raise NotFound
    if not may_look_back(gate):
        raise Forbidden
    row, is_shown, may_edit = _find(gate, key)
    # A key that several texts write is kept in one of them.
    key = encode_values(decode_key(gate.model, key))
    found = db.session.execute(
        sa.select(Change, together())
        .options(
            joinedload(Change.operation).joinedload(Operation.user),
            joinedload(Change.operation).joinedload(Operation.real_user),
        )
        .where(Change.model == gate.model.__name__, Change.row_key == key)
        .order_by(Change.id.desc())
        .limit(size + 1)
        .offset((page - 1) * size)
    ).all()
    if row is None and not found:
        raise NotFound
    entries = describe(gate, found[:size], may_restore=may_edit, has_newest=page == 1)
    title = title_of(row) if row is not None else (found[0][0].row_title or f"#{key}")
    version = getattr(row, "version", None)
    return Timeline(row, title, version, entries, page, len(found) > size, is_shown)


def together() -> sa.ScalarSelect[int]:
    """How many changes the operation of a change made."""
    other = aliased(Change)
    counted = sa.select(sa.func.count(other.id)).where(other.operation_id == Change.operation_id)
    return counted.correlate(Change).scalar_subquery()


def describe(
    gate: Gate,
    found: Sequence[Any],
    *,
    may_restore: bool = False,
    has_newest: bool = True,
) -> tuple[Entry, ...]:
    """Changes of rows of one model in words, without what the user may not see.

    Each stands in a row with how many changes were made together with it.
    """
    changes = [row[0] for row in found]
    undone = undone_operations({change.operation_id for change in changes})
    wording = Wording(gate)
    wording.load_titles(changes)
    rights = {verb: gate.can(right) for verb, right in UNDONE_BY.items()}
    entries = []
    for number, (change, count) in enumerate(found):
        fields = wording.fields_of(change)
        is_undone = change.operation_id in undone
        is_current = number == 0 and has_newest
        is_hidden = change.verb is Verb.EDIT and not fields and not is_trashing(change)
        if not is_hidden:
            entries.append(
                Entry(
                    id=change.id,
                    operation_id=change.operation_id,
                    model=change.model,
                    row_key=change.row_key,
                    row_title=change.row_title or f"#{change.row_key}",
                    verb=change.verb,
                    what=_what(change),
                    at=change.operation.at,
                    who=who(change.operation),
                    source=change.operation.source,
                    source_label=str(label(humanise(change.operation.source.name))),
                    fields=fields,
                    together=count,
                    is_undone=is_undone,
                    can_undo=not is_undone
                    and not change.operation.is_final
                    and _may_undo(gate, change, rights),
                    can_restore=may_restore and not is_current and change.verb is not Verb.DELETE,
                )
            )
    return tuple(entries)


def undone_operations(ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these operations are undone, by one that is not undone itself."""
    wanted = set(ids)
    if not wanted:
        return set()
    first = sa.select(Operation.id, Operation.undoes_id).where(Operation.undoes_id.in_(wanted))
    undone_by = first.cte(recursive=True)
    later = aliased(Operation)
    further = sa.select(later.id, later.undoes_id).where(later.undoes_id == undone_by.c.id)
    both = undone_by.union(further)
    undoing: defaultdict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for found, undone in db.session.execute(sa.select(both.c.id, both.c.undoes_id)):
        undoing[undone].append(found)

    def is_undone(operation: uuid.UUID) -> bool:
        return any(not is_undone(other) for other in undoing.get(operation, ()))

    return {operation for operation in wanted if is_undone(operation)}


def who(operation: Operation) -> str:
    """Who did it: a person, or what ran without one."""
    if operation.user is not None:
        return _acting(title_of(operation.user), operation.real_user)
    if operation.source in (Source.COMMAND, Source.JOB, Source.IMPORT):
        return str(label(humanise(operation.source.name)))
    return _("Somebody who was not signed in")


def _acting(name: str, real_user: User | None) -> str:
    if real_user is None:
        return name
    return _("%(real)s acting as %(user)s", real=title_of(real_user), user=name)


def is_trashing(change: Change) -> bool:
    """Whether the change moved the row into the trash or out of it."""
    return change.verb is Verb.EDIT and DELETED_AT in (change.after or {})


def _what(change: Change) -> str:
    if is_trashing(change):
        is_deleted = (change.after or {})[DELETED_AT] is not None
        return _("Moved to the trash") if is_deleted else _("Taken out of the trash")
    return {Verb.ADD: _("Added"), Verb.EDIT: _("Changed"), Verb.DELETE: _("Deleted")}[change.verb]


def _may_undo(gate: Gate, change: Change, rights: dict[Verb, bool]) -> bool:
    return gate.can("delete") if is_trashing(change) else rights[change.verb]


def _find(gate: Gate, key: str) -> tuple[Any, bool, bool]:
    """The row, or None where it is gone; whether it has a page, and may be edited there."""
    identity = decode_key(gate.model, key)
    # What is in the trash may be seen by whoever may get it back.
    seen = gate.of(Scope.ALL) if gate.can("delete") else gate
    allowed = gate.condition("edit").label("is_allowed")
    kept = gate.condition().label("is_kept")
    chosen = seen.rows(LOOK_BACK).where(gate._is(identity)).add_columns(allowed, kept)
    found = db.session.execute(chosen).one_or_none()
    if found is not None:
        return found[0], bool(found.is_kept), bool(found.is_allowed) and gate.can("edit")
    keys: Any = sa.inspect(gate.model).primary_key
    there = sa.select(sa.literal(1)).where(
        *(column == value for column, value in zip(keys, identity, strict=True))
    )
    is_there = db.session.scalar(there, bind_arguments={"mapper": sa.inspect(gate.model)})
    if is_there or not sees_every_row(gate):
        raise NotFound
    return None, False, False
