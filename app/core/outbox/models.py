"""The table of the outbox."""

import datetime
import enum
from typing import Any, cast

import sqlalchemy as sa
from flask_appbuilder import Model as FabModel
from sqlalchemy import Identity, Index, String, Text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.clock import now
from app.core.models import Titled
from app.core.types import BigId, Json, UtcTime, choice


class EventState(enum.StrEnum):
    """How far an event has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DELIVERED = "delivered"
    FAILED = "failed"


class OutboxEvent(Titled, FabModel):
    """Something that has happened, and that a handler is yet to be told, or has been told."""

    __tablename__ = "core_outbox"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __title__ = "name"
    # It is a record of its own; a second one of each try would tell nothing more.
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    dedupe_key: Mapped[str | None] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    due_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    failed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str | None] = mapped_column(Text)

    state: Mapped[EventState] = column_property(
        sa.type_coerce(
            sa.case(
                (delivered_at.is_not(None), EventState.DELIVERED.value),
                (failed_at.is_not(None), EventState.FAILED.value),
                (locked_until.is_not(None), EventState.RUNNING.value),
                else_=EventState.WAITING.value,
            ),
            cast("Any", choice(EventState)),
        )
    )


IS_OPEN = OutboxEvent.delivered_at.is_(None) & OutboxEvent.failed_at.is_(None)

# Of many delivered events and a few open ones, a worker only ever looks at these.
Index("ix_core_outbox_due_at", OutboxEvent.due_at, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
