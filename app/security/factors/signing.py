"""Signing in by steps: the password, then the second factor, and nothing in between.

After the password there is a session that waits: it opens no page but those that ask for the
factor, or that set one up where a role asks for one and there is none yet.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import redirect, session, url_for
from flask_appbuilder.security.sqla.models import User

from app.core.clock import now
from app.extensions import db
from app.security.accounts import own_account
from app.security.attempts import SECOND_FACTOR, counted_factor
from app.security.audit import record_event
from app.security.factors.policy import Factors, factors_of
from app.security.factors.recovery import use_recovery_code
from app.security.factors.totp import use_code
from app.security.models import UserSession
from app.security.sessions.store import (
    TOKEN,
    VIA,
    browser_session,
    end_sessions,
    is_alive,
    is_current,
    sign_in,
)

PENDING_FOR = datetime.timedelta(minutes=10)
ASK = "FactorView.ask"
SET_UP = "FactorsView.show"
APP, RECOVERY, PASSKEY = "app", "recovery", "passkey"


@dataclass(frozen=True)
class Pending:
    """Somebody whose password was right, and the session that waits for the rest."""

    user: User
    session: UserSession


@dataclass(frozen=True)
class Owner:
    """Whoever sets up factors of their own.

    `is_pending` says that they have to before they may do anything else.
    """

    user: User
    session: UserSession
    factors: Factors
    is_pending: bool


def go_on(user: User, next_url: str, *, is_remembered: bool = False) -> Any:
    """Answer whoever has given the right password: let them in, or ask for what is missing."""
    factors = factors_of(user.id)
    if not factors.has_any and not factors.is_enforced:
        sign_in(user, is_remembered=is_remembered)
        return redirect(next_url, 303)
    sign_in(user, is_remembered=is_remembered, awaits_factor=True)
    return redirect(url_for(ASK if factors.has_any else SET_UP, next=next_url), 303)


def find_pending() -> Pending | None:
    """The session of this browser that waits for a second factor, for ten minutes at most."""
    held = browser_session()
    if held is None:
        return None
    row = db.session.execute(
        sa.select(User, UserSession)
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            held,
            is_alive(),
            UserSession.awaits_factor,
            UserSession.created_at > now() - PENDING_FOR,
            User.active,
        )
    ).one_or_none()
    if row is None or not is_current(row[1], row[0]):
        return None
    return Pending(*row)


def finish(pending: Pending) -> None:
    """Begin the session that counts, under a new token, in place of the one that waited.

    It commits.
    """
    is_remembered = pending.session.is_remembered
    end_sessions(UserSession.id == pending.session.id)
    session.pop(TOKEN, None)
    via = session.get(VIA)
    sign_in(pending.user, is_remembered=is_remembered, has_factor=True)
    if via:
        session[VIA] = via


def owner() -> Owner:
    """Whoever may set up factors now.

    That is whoever has signed in, or whose role asks for a factor while there is none: a session
    that waits for a factor that exists must not be able to make another. Raises `Unauthorized`,
    and `Forbidden` for whoever acts as somebody else.
    """
    pending = find_pending()
    if pending is not None:
        factors = factors_of(pending.user.id)
        if factors.is_due:
            return Owner(pending.user, pending.session, factors, is_pending=True)
    account = own_account()
    held = account.session
    if held is None:
        raise RuntimeError("only a session opens these pages")
    return Owner(account.user, held, factors_of(account.user_id), is_pending=False)


def give_code(user: User, code: str) -> str | None:
    """Use a code up and say what it was, `APP` or `RECOVERY`; None where it is wrong.

    It commits, and raises `TooManyAttempts`.
    """
    method = None
    with counted_factor(user) as outcome:
        if use_code(user.id, code):
            method = APP
        elif use_recovery_code(user.id, code):
            method = RECOVERY
        outcome.is_right = method is not None
    note_factor(user, method)
    db.session.commit()
    return method


def note_factor(user: User, method: str | None) -> None:
    """Record that a second factor was given, or with None that it was wrong."""
    outcome = "success" if method else "failure"
    record_event(SECOND_FACTOR, outcome=outcome, user=user, target=user, method=method)
