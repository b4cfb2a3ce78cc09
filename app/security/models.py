"""What security keeps beside FAB's tables: preferences, and the version of all rights."""

from __future__ import annotations

from flask_appbuilder import Model as FabModel
from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.models import Model


class Preference(Model):
    """What a user has chosen; NULL where they have chosen nothing."""

    __tablename__ = "security_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), unique=True)
    locale: Mapped[str | None] = mapped_column(String(16))
    timezone: Mapped[str | None] = mapped_column(String(64))
    theme: Mapped[str | None] = mapped_column(String(16))
    density: Mapped[str | None] = mapped_column(String(16))


class RightsVersion(FabModel):
    """One row: a number that is another one after every change of a right.

    It lacks the columns that all other tables of ours have, because it holds no record.
    """

    __tablename__ = "security_rights_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(BigInteger)


THE_ROW = 1
"""The key of the only row of `RightsVersion`."""
