"""The tables of the security events: the events, and the head of their chain."""

import datetime
import enum
from typing import Any

from flask_appbuilder import Model as FabModel
from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.models import Titled
from app.core.types import Json, UtcTime, choice
from app.security.audit.kinds import kind_in_words

DIGEST = String(64)


class Outcome(enum.StrEnum):
    """How it ended."""

    SUCCESS = "success"
    FAILURE = "failure"
    REFUSED = "refused"

    @property
    def tone(self) -> str:
        """The colour of its mark."""
        return {"success": "ok", "failure": "bad", "refused": "wait"}[self.value]


class SecurityEvent(Titled, FabModel):
    """Something that matters to security; written once, and never changed or deleted.

    Users stand here as plain values: an account that is deleted takes nothing of this along, and no
    key of another table can make the database touch a row of this one.
    """

    __tablename__ = "security_event"
    __table_args__: Any = {}
    __title__ = "kind"
    __history__ = False

    # The place in the chain, counted without gaps by its head.
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now, index=True)
    kind: Mapped[str] = mapped_column(String(64), index=True)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    user_id: Mapped[int | None]
    username: Mapped[str | None] = mapped_column(String(256), index=True)
    real_user_id: Mapped[int | None]
    real_username: Mapped[str | None] = mapped_column(String(256))
    session_key: Mapped[str | None] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(64), index=True)
    agent: Mapped[str | None] = mapped_column(String(200))
    request_id: Mapped[str | None] = mapped_column(String(64))
    method: Mapped[str | None] = mapped_column(String(10))
    path: Mapped[str | None] = mapped_column(String(255))
    subject: Mapped[str | None] = mapped_column(String(100))
    target_key: Mapped[str | None] = mapped_column(String(255))
    target_title: Mapped[str | None] = mapped_column(String(255))
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    previous_hash: Mapped[str] = mapped_column(DIGEST)
    hash: Mapped[str] = mapped_column(DIGEST)

    def __str__(self) -> str:
        return kind_in_words(self.kind)


class EventHead(FabModel):
    """One row: how many events there are, and the hash of the last one, sealed.

    It is locked while a transaction that has events commits, so that these stand in one order.
    """

    __tablename__ = "security_event_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(DIGEST)
    seal: Mapped[str] = mapped_column(DIGEST)


THE_HEAD = 1
"""The key of the only row of `EventHead`."""
FIRST_HASH = "0" * 64
"""What stands for the hash of an event before the first one, and for the seal of no event."""
