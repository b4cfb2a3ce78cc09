"""The table of the API keys."""

from __future__ import annotations

import datetime
from typing import Any

from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.core.models import Titled
from app.core.types import BigId, Json, UtcTime


class UserKey(Titled, FabModel):
    """A key of a user. It works as long as it is neither expired nor revoked and its user active.

    Of the key itself only a digest is kept. `scopes` lists pairs of permission and subject; an
    empty list stands for all that its user may do. FAB has a table of keys too, which enforces no
    scopes and is not used. The history leaves keys out: the security events tell of them.
    """

    __tablename__ = "security_api_key"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __history__ = False
    __title__ = "name"

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[list[str]]] = mapped_column(Json)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    expires_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    last_used_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_address: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)

    user: Mapped[User] = relationship(User, foreign_keys=[user_id])
