"""Who has the edit page of a record open.

An open page says so every 20 seconds, and what was said counts for a minute: no page has to take
its leave, and a crash leaves nobody behind.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_appbuilder import Model as FabModel
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, load_only, mapped_column

from app.core.clock import now
from app.core.types import UtcTime
from app.extensions import db

LEASE = datetime.timedelta(seconds=60)
MAX_NAMED = 20


class Presence(FabModel):
    """A user who has had the record's edit page open a moment ago."""

    __tablename__ = "core_presence"
    __table_args__: Any = {}

    model: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    row_key: Mapped[str] = mapped_column(sa.String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)


TABLE = sa.inspect(Presence).local_table
_OWN = {"mapper": sa.inspect(Presence)}


def note_presence(model: type, row_key: str, user_id: int) -> None:
    """Renew the lease of a user on a record, and forget those that have run out."""
    session, moment = db.session, now()
    # The own row is left to the statement below, so that no two requests wait for each other.
    old = sa.delete(TABLE).where(TABLE.c.seen_at < moment - LEASE, TABLE.c.user_id != user_id)
    session.execute(old, bind_arguments=_OWN)
    is_sqlite = session.get_bind(**_OWN).dialect.name == "sqlite"
    insert: Any = (sqlite if is_sqlite else postgresql).insert(TABLE)
    values = {"model": model.__name__, "row_key": row_key, "user_id": user_id, "seen_at": moment}
    renewed = insert.values(values).on_conflict_do_update(
        index_elements=["model", "row_key", "user_id"], set_={"seen_at": moment}
    )
    session.execute(renewed, bind_arguments=_OWN)
    session.commit()


def others_present(model: type, row_key: str, user_id: int) -> Sequence[str]:
    """The names of the other users who have the record open."""
    statement = (
        sa.select(User)
        .join(Presence, Presence.user_id == User.id)
        .where(
            Presence.model == model.__name__,
            Presence.row_key == row_key,
            Presence.user_id != user_id,
            Presence.seen_at >= now() - LEASE,
        )
        .options(load_only(User.first_name, User.last_name, User.username))
        .order_by(User.first_name, User.last_name, User.id)
        .limit(MAX_NAMED)
    )
    return [name_of(user) for user in db.session.scalars(statement).unique()]


def name_of(user: Any) -> str:
    """What people call a user."""
    return str(user.get_full_name() or "").strip() or str(user.username)
