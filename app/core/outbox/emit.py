"""Writing events."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.core.clock import now
from app.core.outbox.models import OutboxEvent
from app.extensions import db


def emit(
    name: str,
    payload: Mapping[str, Any],
    *,
    dedupe_key: str | None = None,
    due_at: datetime.datetime | None = None,
) -> None:
    """Write an event in the transaction of the caller: it happens if that commits, else never.

    `payload` is JSON and holds keys of rows rather than their contents. Of events with the same
    `dedupe_key` there is only the first. It is delivered from `due_at` on.
    """
    moment = now()
    row = {
        "name": name,
        "payload": dict(payload),
        "dedupe_key": dedupe_key,
        "created_at": moment,
        "due_at": due_at or moment,
        "attempts": 0,
    }
    db.session.execute(
        _insert().values(row).on_conflict_do_nothing(index_elements=["dedupe_key"]),
        bind_arguments={"mapper": sa.inspect(OutboxEvent)},
    )


def _insert() -> Any:
    mapper = sa.inspect(OutboxEvent)
    dialect = db.session.get_bind(mapper=mapper).dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(OutboxEvent.__table__)
