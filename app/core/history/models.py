"""The tables of the history: operations, and the changes each of them made."""

import datetime
import enum
import uuid
from typing import Any

from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Identity, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.actors import real_user_id as find_real_user
from app.core.clock import now
from app.core.models import Titled, current_user_id
from app.core.types import BigId, Json, UtcTime, choice

FINAL = frozenset({"purge", "purge-trash"})
"""What operations are called that nobody undoes: of a view, and of the command."""


class Source(enum.StrEnum):
    """Where a change came from."""

    SCREEN = "screen"
    API = "api"
    BULK = "bulk"
    IMPORT = "import"
    JOB = "job"
    COMMAND = "command"
    UNDO = "undo"


class Verb(enum.StrEnum):
    """What happened to a row."""

    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"


class Operation(Titled, FabModel):
    """One thing that somebody did, however many rows it changed."""

    __tablename__ = "history_operation"
    __table_args__: Any = {}
    __title__ = ("action", "at")

    id: Mapped[uuid.UUID] = mapped_column(Uuid(), primary_key=True, default=uuid.uuid4)
    at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now, index=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), default=current_user_id, index=True
    )
    # Who really did it, where somebody acted as that user; else nobody.
    real_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), default=find_real_user, index=True
    )
    source: Mapped[Source] = mapped_column(choice(Source))
    action: Mapped[str] = mapped_column(String(100))
    request_id: Mapped[str | None] = mapped_column(String(64))
    undoes_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("history_operation.id", ondelete="SET NULL"), index=True
    )
    user: Mapped[User | None] = relationship(User, foreign_keys=user_id, viewonly=True)
    real_user: Mapped[User | None] = relationship(User, foreign_keys=real_user_id, viewonly=True)

    @property
    def is_final(self) -> bool:
        """Whether it deleted for good what was in the trash, so that only its history stays."""
        return self.action.rpartition(".")[2] in FINAL


class Change(Titled, FabModel):
    """What one operation did to one row: each changed value before and after, as text."""

    __tablename__ = "history_change"
    __table_args__: Any = (Index(None, "model", "row_key", "id"),)
    __title__ = "row_title"

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    operation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("history_operation.id", ondelete="CASCADE"), index=True
    )
    model: Mapped[str] = mapped_column(String(100))
    row_key: Mapped[str] = mapped_column(String(255))
    row_title: Mapped[str | None] = mapped_column(String(255))
    verb: Mapped[Verb] = mapped_column(choice(Verb))
    row_version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    operation: Mapped[Operation] = relationship(viewonly=True)
