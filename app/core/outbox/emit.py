"""Writing events."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core.clock import now
from app.core.outbox.announcing import announce_after_commit
from app.core.outbox.models import OutboxEvent
from app.extensions import db

_events: Any = OutboxEvent.__table__


def emit(
    name: str,
    payload: Mapping[str, Any],
    *,
    dedupe_key: str | None = None,
    due_at: datetime.datetime | None = None,
) -> int | None:
    """Write an event in the transaction of the caller: it happens if that commits, else never.

    `payload` is JSON and holds keys of rows rather than their contents. Of events with the same
    `dedupe_key` there is only the first: for the others this gives None instead of a key. It is
    delivered from `due_at` on.
    """
    row = _row(name, payload, due_at) | {"dedupe_key": dedupe_key}
    statement = insert_once(_events, ["dedupe_key"]).values(row).returning(_events.c.id)
    written: int | None = _execute(statement).scalar_one_or_none()
    if written is not None and row["due_at"] <= row["created_at"]:
        announce_after_commit([written])
    return written


def emit_group(
    name: str, payloads: Sequence[Mapping[str, Any]], then: str, then_payload: Mapping[str, Any]
) -> int:
    """Write events, and one more that is delivered when all of them are; gives the key of that."""
    count = len(payloads)
    last = _row(then, then_payload) | {"parts_left": count, "done": 0, "total": count}
    key: int = _execute(sa.insert(_events).values(last).returning(_events.c.id)).scalar_one()
    if not payloads:
        announce_after_commit([key])
        return key
    rows = [_row(name, payload) | {"then_id": key} for payload in payloads]
    written = db.session.execute(
        sa.insert(_events).returning(_events.c.id),
        rows,
        bind_arguments={"mapper": sa.inspect(OutboxEvent)},
    )
    announce_after_commit(written.scalars().all())
    return key


def _row(
    name: str, payload: Mapping[str, Any], due_at: datetime.datetime | None = None
) -> dict[str, Any]:
    moment = now()
    return {
        "name": name,
        "payload": dict(payload),
        "created_at": moment,
        "due_at": due_at or moment,
        "attempts": 0,
    }


def insert_once(table: Any, unique: list[str]) -> Any:
    """An INSERT that leaves a row alone which is there already, on either kind of database."""
    mapper = sa.inspect(OutboxEvent)
    dialect = db.session.get_bind(mapper=mapper).dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=unique)


def _execute(statement: Any) -> sa.Result[Any]:
    return db.session.execute(statement, bind_arguments={"mapper": sa.inspect(OutboxEvent)})
