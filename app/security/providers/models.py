"""The table of the identities: which account belongs to whom of a provider."""

import datetime
from typing import Any

from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Identity, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import now
from app.core.types import BigId, UtcTime

PROVIDER_LENGTH = 40
SUBJECT_LENGTH = 512
TITLE_LENGTH = 255


class UserIdentity(FabModel):
    """Somebody at a provider who may sign in to an account.

    The subject is what the provider promises never to give to anybody else. The title is what the
    person was called there when the link was made; nothing is decided by it. The history leaves
    identities out: the security events tell of them.
    """

    __tablename__ = "security_identity"
    __table_args__: Any = (UniqueConstraint("provider", "subject"),)
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    provider: Mapped[str] = mapped_column(String(PROVIDER_LENGTH))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    last_used_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)

    user: Mapped[User] = relationship(lazy="raise")
