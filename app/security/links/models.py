"""Links that are used once, and the people who ask for an account."""

from __future__ import annotations

import datetime
import enum
from typing import Any

import sqlalchemy as sa
from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.core.clock import now
from app.core.models import Titled
from app.core.types import BigId, Json, UtcTime, choice


class LinkPurpose(enum.StrEnum):
    """What a link does when it is used."""

    INVITATION = "invitation"
    RESET = "reset"
    REGISTRATION = "registration"
    ADDRESS = "address"


class SecurityLink(FabModel):
    """A link that was sent to somebody; of its token only the digest is kept."""

    __tablename__ = "security_link"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose))
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str | None] = mapped_column(String(320))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    expires_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)
    used_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)

    user: Mapped[User | None] = relationship(User, viewonly=True)


class RegistrationState(enum.StrEnum):
    """What an administrator has decided."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class Registration(Titled, FabModel):
    """Somebody who asks for an account, and whose mail address is confirmed."""

    __tablename__ = "security_registration"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __title__ = "email"
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    first_name: Mapped[str] = mapped_column(String(64))
    last_name: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(320), unique=True)
    locale: Mapped[str | None] = mapped_column(String(16))
    timezone: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[RegistrationState] = mapped_column(
        choice(RegistrationState), default=RegistrationState.WAITING
    )
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    decided_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    decided_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="SET NULL"), index=True
    )

    decided_by: Mapped[User | None] = relationship(User, viewonly=True)


IS_INVITED = "is_invited"

_user: Any = sa.inspect(User)
# FAB's own table says only that there is no password, which is so for people of LDAP as well. It
# is read where a screen asks for it, and not with every request.
_user.add_property(
    IS_INVITED,
    column_property(
        sa.and_(
            User.password.is_(None),
            sa.exists(sa.literal(1))
            .where(
                SecurityLink.user_id == User.id,
                SecurityLink.purpose == LinkPurpose.INVITATION,
            )
            .correlate(User.__table__),
        ).label(IS_INVITED),
        deferred=True,
    ),
)
