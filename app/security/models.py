"""What security keeps beside FAB's tables: preferences, sessions, the version of all rights."""

from __future__ import annotations

import datetime
import enum
from typing import Any

from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import BigInteger, ForeignKey, Identity, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.core.models import Model, Titled
from app.core.types import BigId, UtcTime, choice
from app.security.sessions.agents import describe_agent


class Preference(Model):
    """What a user has chosen; NULL where they have chosen nothing."""

    __tablename__ = "security_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), unique=True)
    locale: Mapped[str | None] = mapped_column(String(16))
    timezone: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str | None] = mapped_column(String(16))
    density: Mapped[str | None] = mapped_column(String(16))


class SessionKind(enum.StrEnum):
    """What carries a session: the cookie of a browser, or the tokens of a client of REST."""

    BROWSER = "browser"
    API = "api"


class UserSession(Titled, FabModel):
    """A sign-in that still counts. Deleting the row ends it, wherever it is used.

    Whoever is signed in (`user_id`) may act as somebody else until `acting_until`, or see the site
    as a role sees it. `has_factor` says that a second factor was given for it, here or at the
    provider that the user came by. The history leaves sessions out: security events tell of them.
    """

    __tablename__ = "security_session"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __history__ = False
    __title__ = ("kind", "id")

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SessionKind] = mapped_column(choice(SessionKind))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    seen_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    idle_until: Mapped[datetime.datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
    is_remembered: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    awaits_factor: Mapped[bool] = mapped_column(default=False)
    has_factor: Mapped[bool] = mapped_column(default=False, server_default=false())
    address: Mapped[str | None] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(255))
    epoch: Mapped[str] = mapped_column(String(64))
    refresh_jti: Mapped[str | None] = mapped_column(String(36))
    acting_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), index=True
    )
    acting_until: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    role_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_role.id", ondelete="SET NULL"), index=True
    )

    user: Mapped[User] = relationship(User, foreign_keys=user_id, viewonly=True)
    acting_user: Mapped[User | None] = relationship(
        User, foreign_keys=acting_user_id, viewonly=True
    )
    role: Mapped[Role | None] = relationship(Role, viewonly=True)

    @property
    def device(self) -> str:
        """The program and what it runs on, in words."""
        return str(describe_agent(self.agent))


class RightsVersion(FabModel):
    """One row: a number that is another one after every change of a right.

    It lacks the columns that all other tables of ours have, because it holds no record.
    """

    __tablename__ = "security_rights_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger)


THE_ROW = 1
"""The key of the only row of `RightsVersion`."""
