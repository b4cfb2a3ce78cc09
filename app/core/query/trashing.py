"""Putting rows into the trash, getting them back, and deleting them for good."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper, aliased

from app.core.clock import now
from app.core.errors import BureauError, Conflict
from app.core.fields import Field, encode_key, title_of
from app.core.history.scope import written_scope
from app.core.models import current_user_id
from app.core.query.constraints import refusal
from app.core.query.deleting import delete_by_keys
from app.core.query.gate import gate_of
from app.core.trash import (
    DELETED_AT,
    Scope,
    children_of,
    is_trash_table,
    is_trashable,
    links_of,
)
from app.extensions import db

Key = tuple[Any, ...]
Chosen = Callable[[Any], sa.ColumnElement[bool]]
"""The condition, on a table or an alias of it, that the rows in question meet."""


def move_to_trash(model: type, keys: Sequence[Key]) -> None:
    """Put rows into the trash, and those trashable ones that would be deleted with them.

    Raises `Conflict` where a row that stays refers to one of them. It takes one UPDATE for each
    model concerned; the caller commits.
    """
    _trash(model, _is_one_of(keys), now())


def recover(
    model: type, keys: Sequence[Key], fields: Mapping[str, Field]
) -> dict[Key, BureauError]:
    """Take rows out of the trash, with what went there with them; the caller commits.

    Gives why not, for the rows that stay: another row has their unique value by now, or what they
    belong to is in the trash itself.
    """

    def work(some: Sequence[Key]) -> None:
        _untrash(model, _is_one_of(some))
        _refuse_without_parent(model, _is_one_of(some))

    return _as_many_as_possible(keys, work, fields)


def purge(model: type, keys: Sequence[Key], fields: Mapping[str, Field]) -> dict[Key, BureauError]:
    """Delete rows for good, and give why not for those that others refer to."""
    return _as_many_as_possible(
        keys, lambda some: delete_by_keys(model, some), fields, deleting=True
    )


def expired_keys(
    model: type, before: datetime.datetime, limit: int, *, after: int = 0
) -> list[Key]:
    """The keys beyond `after` of rows that have been in the trash since before then."""
    table: Any = sa.inspect(model).local_table
    due = sa.select(table.c.id).where(table.c[DELETED_AT] < before, table.c.id > after)
    found = db.session.execute(due.order_by(table.c.id).limit(limit))
    return [tuple(row) for row in found]


def _trash(model: type, chosen: Chosen, moment: datetime.datetime) -> None:
    table: Any = sa.inspect(model).local_table
    kept = table.c[DELETED_AT].is_(None)
    if not _update(model, sa.and_(chosen(table), kept), moment, current_user_id()):
        return
    for child, column, rule in children_of(model):
        refers = _refers(column, table, chosen, lambda row, _child: row.c[DELETED_AT] == moment)
        if rule == "CASCADE" and is_trashable(child):
            _trash(child, refers, moment)
        elif rule in ("RESTRICT", "NO ACTION") and _exists(child, refers):
            raise Conflict(
                _("Other records still refer to this one. Remove or change those first.")
            )


def _untrash(model: type, chosen: Chosen) -> None:
    """The children first: what went with a row is known by the moment that both have."""
    table: Any = sa.inspect(model).local_table
    for child, column, rule in children_of(model):
        if rule == "CASCADE" and is_trashable(child):
            with_it = _refers(
                column, table, chosen, lambda row, child: row.c[DELETED_AT] == child.c[DELETED_AT]
            )
            if _exists(child, with_it, trashed=True):
                _untrash(child, with_it)
    _update(model, sa.and_(chosen(table), table.c[DELETED_AT].is_not(None)), None, None)


def _refuse_without_parent(model: type, chosen: Chosen) -> None:
    """A row must not come back to a parent that is hidden."""
    mapper: Mapper[Any] = sa.inspect(model)
    table: Any = mapper.local_table
    for column, parent_table, rule in links_of(table):
        if rule.startswith("SET") or not is_trash_table(parent_table):
            continue
        parent = aliased(next(m for m in mapper.registry.mappers if m.local_table is parent_table))
        statement = (
            sa.select(parent)
            .join(table, parent.id == column)
            .where(chosen(table), parent.deleted_at.is_not(None))
        )
        found = db.session.scalar(statement.limit(1))
        if found is not None:
            raise Conflict(_without_parent(found), code="parent_in_trash")


def _without_parent(parent: Any) -> str:
    """Name the parent, unless a rule hides it from whoever asks."""
    gate = gate_of(type(parent)).of(Scope.TRASHED)
    if not gate.find([encode_key(parent)]):
        return _("What it belongs to is in the trash, too. Recover that first.")
    return _("“%(record)s” is in the trash, too. Recover that first.", record=title_of(parent))


def _update(
    model: Any, condition: Any, moment: datetime.datetime | None, user_id: int | None
) -> int:
    statement = (
        sa.update(model)
        .where(condition)
        .values(deleted_at=moment, deleted_by_id=user_id, version=model.version + 1)
    )
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)


def _is_one_of(keys: Sequence[Key]) -> Chosen:
    return lambda table: table.c.id.in_([key[0] for key in keys])


def _refers(column: Any, parents: Any, chosen: Chosen, also: Callable[[Any, Any], Any]) -> Chosen:
    """The rows of a child's table that refer by `column` to one of the chosen parents."""

    def condition(child: Any) -> Any:
        parent = parents.alias()
        linked = parent.c.id == child.c[column.key]
        found = sa.select(sa.literal(1)).select_from(parent)
        return found.where(linked, also(parent, child), chosen(parent)).exists()

    return condition


def _exists(model: type, chosen: Chosen, *, trashed: bool = False) -> bool:
    table: Any = sa.inspect(model).local_table
    found = sa.select(sa.literal(1)).select_from(table).where(chosen(table))
    if is_trashable(model):
        moment = table.c[DELETED_AT]
        found = found.where(moment.is_not(None) if trashed else moment.is_(None))
    return db.session.scalar(found.limit(1)) is not None


def _as_many_as_possible(
    keys: Sequence[Key],
    work: Callable[[Sequence[Key]], None],
    fields: Mapping[str, Field],
    *,
    deleting: bool = False,
) -> dict[Key, BureauError]:
    """Do the work on all at once; where that is refused, on each half, down to single rows."""
    # The operation must not vanish with one of the savepoints.
    written_scope(db.session())
    waiting = [keys] if keys else []
    refused: dict[Key, BureauError] = {}
    while waiting:
        some = waiting.pop()
        try:
            with db.session.begin_nested():
                work(some)
        except (IntegrityError, Conflict) as error:
            if len(some) > 1:
                half = len(some) // 2
                waiting += [some[half:], some[:half]]
            elif isinstance(error, Conflict):
                refused[some[0]] = error
            else:
                refused[some[0]] = refusal(error, fields, deleting=deleting)
    return refused
