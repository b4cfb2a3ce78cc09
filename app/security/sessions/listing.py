"""The sessions of one user as they and administrators see them, and ending them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from app.core.errors import NotFound
from app.core.presence import name_of
from app.extensions import db
from app.security.accounts import current_account
from app.security.audit import record_event
from app.security.models import SessionKind, UserSession
from app.security.sessions.agents import Agent, describe_agent
from app.security.sessions.store import end_sessions, is_alive

MAX_SHOWN = 100


@dataclass(frozen=True)
class ShownSession:
    """A session in words."""

    id: int
    agent: Agent
    is_api: bool
    is_this: bool
    is_remembered: bool
    address: str
    created_at: datetime.datetime
    seen_at: datetime.datetime
    ends_at: datetime.datetime
    """When it ends if it is not used again."""
    acts_as: str
    seen_as: str


def sessions_of(user_id: int) -> list[ShownSession]:
    """The sessions of a user that still count: this one first, then those used last."""
    statement = (
        sa.select(UserSession, User, Role)
        .outerjoin(User, User.id == UserSession.acting_user_id)
        .outerjoin(Role, Role.id == UserSession.role_id)
        .where(UserSession.user_id == user_id, is_alive(), UserSession.awaits_factor.is_(False))
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(MAX_SHOWN)
    )
    this = this_session_id()
    shown = [_shown(held, user, role, this) for held, user, role in db.session.execute(statement)]
    return sorted(shown, key=lambda session: not session.is_this)


def this_session_id() -> int | None:
    """The key of the session that the request belongs to."""
    account = current_account()
    return account.session.id if account is not None and account.session is not None else None


def end_one(user: User, key: int) -> None:
    """End one session of a user; raises `NotFound` where it is not theirs. The caller commits."""
    if not end_sessions(UserSession.user_id == user.id, UserSession.id == key):
        raise NotFound
    record_event("sessions-ended", target=user, sessions=1)


def _shown(
    held: UserSession, user: User | None, role: Role | None, this: int | None
) -> ShownSession:
    return ShownSession(
        id=held.id,
        agent=describe_agent(held.agent),
        is_api=held.kind is SessionKind.API,
        is_this=held.id == this,
        is_remembered=held.is_remembered,
        address=held.address or "",
        created_at=held.created_at,
        seen_at=held.seen_at,
        ends_at=min(held.idle_until, held.expires_at),
        acts_as=name_of(user) if user is not None else "",
        seen_as=role.name if role is not None else "",
    )
