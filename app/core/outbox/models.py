"""The table of the outbox."""

import datetime
import enum
from typing import Any, cast

import sqlalchemy as sa
from flask_appbuilder import Model as FabModel
from sqlalchemy import ForeignKey, Identity, Index, String, Text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.clock import now
from app.core.models import Titled
from app.core.outbox.handlers import label_of
from app.core.outbox.steps import Steps, steps_of
from app.core.types import BigId, Json, UtcTime, choice


class EventState(enum.StrEnum):
    """How far an event has come."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    RUNNING = "running"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        tones = {"delivered": "ok", "failed": "bad", "running": "wait", "blocked": "wait"}
        return tones.get(self.value, "")


class OutboxEvent(Titled, FabModel):
    """Something that has happened, and that a handler is yet to be told, or has been told.

    A job is such an event too. The last step of a group of jobs waits while `parts_left` counts
    some of them, whose `then_id` is its key.
    """

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
    started_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    locked_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    delivered_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    failed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    done: Mapped[int | None] = mapped_column()
    total: Mapped[int | None] = mapped_column()
    parts_left: Mapped[int] = mapped_column(default=0, server_default="0")
    then_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_outbox.id", ondelete="SET NULL"), index=True
    )

    state: Mapped[EventState] = column_property(
        sa.type_coerce(
            sa.case(
                (delivered_at.is_not(None), EventState.DELIVERED.value),
                (cancelled_at.is_not(None), EventState.CANCELLED.value),
                (failed_at.is_not(None), EventState.FAILED.value),
                (locked_until.is_not(None), EventState.RUNNING.value),
                (parts_left > 0, EventState.BLOCKED.value),
                else_=EventState.WAITING.value,
            ),
            cast("Any", choice(EventState)),
        )
    )

    @property
    def label(self) -> str:
        """What people call it."""
        return str(label_of(self.name))

    @property
    def progress(self) -> Steps | None:
        """How far it is, where it says so."""
        if self.state is EventState.RUNNING and (found := steps_of(self.id)) is not None:
            return found
        return Steps(self.done or 0, self.total) if self.total is not None else None


IS_OPEN = (
    OutboxEvent.delivered_at.is_(None)
    & OutboxEvent.failed_at.is_(None)
    & OutboxEvent.cancelled_at.is_(None)
)

# Of many delivered events and a few open ones, a worker only ever looks at these.
Index("ix_core_outbox_due_at", OutboxEvent.due_at, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)
