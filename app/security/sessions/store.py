"""Sessions: kept in the database, so that they can be listed, and ended from anywhere.

The browser's cookie holds a random token, the database its digest. A session ends when it was not
used for a while, at a fixed age, with its password, and when its row is deleted.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import secrets
from typing import Any

import sqlalchemy as sa
from flask import current_app, has_request_context, request, session
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, login_user, logout_user
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.sql import ColumnElement

from app.core.clock import now
from app.core.history.statements import RECORDED
from app.core.types import UtcTime
from app.extensions import db
from app.security.audit import record_event
from app.security.models import SessionKind, UserSession
from app.security.passwords import epoch_of

TOKEN = "token"
VIA = "via"
"""Where the cookie says which other log-in the session came by."""
TOKEN_BYTES = 32
SEEN_EVERY = datetime.timedelta(minutes=1)
"""How exactly it is known when a session was used last; each step is a write."""

_log = logging.getLogger(__name__)
_sessions: Any = UserSession.__table__


def sign_in(
    user: User,
    *,
    is_remembered: bool = False,
    awaits_factor: bool = False,
    has_factor: bool = False,
) -> UserSession:
    """Begin a new session in this browser; nothing of the visitor's is kept. It commits."""
    sign_out()
    held, token = begin_session(
        user,
        SessionKind.BROWSER,
        is_remembered=is_remembered,
        awaits_factor=awaits_factor,
        has_factor=has_factor,
    )
    db.session.commit()
    session.permanent = is_remembered
    session[TOKEN] = token
    if not awaits_factor:
        login_user(user)
    return held


def sign_out() -> None:
    """End this browser's session, and forget everything that was kept in it. It commits."""
    token = session.get(TOKEN)
    if token is not None:
        if current_user.is_authenticated:
            record_event("log-out")
        end_sessions(UserSession.digest == digest_of(token))
        db.session.commit()
    logout_user()
    session.clear()


def begin_session(
    user: User,
    kind: SessionKind,
    *,
    lifetime: datetime.timedelta | None = None,
    is_remembered: bool = False,
    awaits_factor: bool = False,
    has_factor: bool = False,
) -> tuple[UserSession, str]:
    """Add a session of the user and give it with its token; committing is the caller's.

    `lifetime` is that of the settings where it is None; a remembered session, and one of an API
    client, does not end for not being used.
    """
    moment, token = now(), secrets.token_urlsafe(TOKEN_BYTES)
    end_sessions(UserSession.user_id == user.id, UserSession.expires_at <= moment)
    expires_at = moment + (lifetime or _lifetime(is_remembered=is_remembered))
    held = UserSession(
        digest=digest_of(token),
        user_id=user.id,
        kind=kind,
        created_at=moment,
        seen_at=moment,
        expires_at=expires_at,
        idle_until=_idle_until(kind, moment, expires_at, is_remembered=is_remembered),
        is_remembered=is_remembered,
        confirmed_at=moment,
        awaits_factor=awaits_factor,
        has_factor=has_factor,
        address=(request.remote_addr or "")[:64] if has_request_context() else None,
        agent=request.user_agent.string[:255] if has_request_context() else None,
        epoch=epoch_of(user),
    )
    db.session.add(held)
    db.session.flush()
    record_event(
        "log-in",
        user=user,
        session_key=held.id,
        by=kind,
        remembered=is_remembered or None,
        awaits_factor=awaits_factor or None,
    )
    return held, token


def end_sessions(*conditions: ColumnElement[bool]) -> int:
    """Delete the sessions that meet all conditions and give their number; the caller commits."""
    done: Any = db.session.execute(
        sa.delete(_sessions).where(*conditions),
        bind_arguments={"mapper": sa.inspect(UserSession)},
        # The history leaves sessions out, and no row of another table goes with one.
        execution_options={RECORDED: True},
    )
    return int(done.rowcount)


def end_other_sessions(user: User, kept: UserSession | None = None) -> int:
    """End all sessions of a user but the one that is kept; the caller commits."""
    others = UserSession.id != kept.id if kept is not None else sa.true()
    count = end_sessions(UserSession.user_id == user.id, others)
    if count:
        record_event("sessions-ended", target=user, sessions=count)
    return count


def browser_digest() -> str | None:
    """The digest of this browser's token; None where it holds none."""
    token = session.get(TOKEN)
    return digest_of(token) if isinstance(token, str) else None


def browser_session() -> ColumnElement[bool] | None:
    """The condition that the session of this browser meets; None where it holds none."""
    digest = browser_digest()
    if digest is None:
        return None
    return sa.and_(UserSession.digest == digest, UserSession.kind == SessionKind.BROWSER)


def is_alive() -> ColumnElement[bool]:
    """The condition that a session meets until its time is over, asked when a statement runs."""
    moment = sa.bindparam("moment", callable_=now, type_=UtcTime(), unique=True)
    return sa.and_(UserSession.expires_at > moment, UserSession.idle_until > moment)


def is_current(held: UserSession, user: User) -> bool:
    """Whether the session was begun with the password that its user has now."""
    return secrets.compare_digest(held.epoch, epoch_of(user))


def note_use(held: UserSession) -> None:
    """Remember that the session is used now, unless that was done a moment ago. It commits."""
    moment, key = now(), held.id
    if moment - held.seen_at < SEEN_EVERY:
        return
    idle_until = _idle_until(held.kind, moment, held.expires_at, is_remembered=held.is_remembered)
    statement = sa.update(_sessions).where(_sessions.c.id == key)
    try:
        db.session.execute(
            statement.values(seen_at=moment, idle_until=idle_until),
            bind_arguments={"mapper": sa.inspect(UserSession)},
        )
        db.session.commit()
    except (OperationalError, InternalError):
        # A database that is busy, or takes no writes, must not keep anybody from reading; the
        # next request notes it.
        db.session.rollback()
        _log.warning("the use of session %s could not be noted", key)


def session_of(user: User) -> dict[str, Any]:
    """What a browser holds that is signed in as this user; tests write it themselves."""
    _held, token = begin_session(user, SessionKind.BROWSER)
    db.session.commit()
    return {"_user_id": str(user.id), "_fresh": True, TOKEN: token}


def digest_of(token: str) -> str:
    """What is kept of a token. It is long and random, so that a plain hash cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _lifetime(*, is_remembered: bool) -> datetime.timedelta:
    name = "BUREAU_REMEMBER_DAYS" if is_remembered else "BUREAU_SESSION_DAYS"
    return datetime.timedelta(days=current_app.config[name])


def _idle_until(
    kind: SessionKind,
    moment: datetime.datetime,
    expires_at: datetime.datetime,
    *,
    is_remembered: bool,
) -> datetime.datetime:
    if is_remembered or kind is SessionKind.API:
        return expires_at
    hours = datetime.timedelta(hours=current_app.config["BUREAU_SESSION_HOURS"])
    return min(expires_at, moment + hours)
