"""The tables of second factors: no view, no export and no history shows them."""

from __future__ import annotations

import datetime
from typing import Any

from flask_appbuilder import Model as FabModel
from sqlalchemy import BigInteger, ForeignKey, Identity, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.types import BigId, UtcTime

MAX_NAME = 64
MAX_CREDENTIAL = 1400
"""A credential has an id of at most 1023 bytes, which base64 makes a third longer."""


class TotpSecret(FabModel):
    """What the app of a user and we both know; kept sealed, and never shown once it counts.

    `proposed` waits for its first code. It replaces `secret` then, so that whoever changes to
    another phone is never without a factor in between.
    """

    __tablename__ = "security_totp_secret"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str | None] = mapped_column(String(255))
    confirmed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    last_counter: Mapped[int | None] = mapped_column(BigInteger)
    proposed: Mapped[str | None] = mapped_column(String(255))
    proposed_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class RecoveryCode(FabModel):
    """The hash of a code that lets its user in once; all codes of a user share one salt."""

    __tablename__ = "security_recovery_code"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    salt: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    used_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class Passkey(FabModel):
    """The public half of a key that a device, or a manager of passwords, keeps for its user.

    `handle` is what the device knows the user by: random, so that it tells nobody who that is.
    """

    __tablename__ = "security_passkey"
    __table_args__: Any = {"sqlite_autoincrement": True}
    __history__ = False

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    credential_id: Mapped[str] = mapped_column(String(MAX_CREDENTIAL), unique=True)
    handle: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, default=now)
    last_used_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)


class RolePolicy(FabModel):
    """What a role asks of whoever holds it."""

    __tablename__ = "security_role_policy"
    __history__ = False

    role_id: Mapped[int] = mapped_column(
        ForeignKey("ab_role.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    requires_factor: Mapped[bool] = mapped_column(default=False)
