"""Signing in and out of the browser's session, and whether a session still counts."""

from __future__ import annotations

from typing import Any

from flask import session
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user, logout_user

from app.security.passwords import epoch_of

EPOCH = "epoch"


def sign_in(user: User) -> None:
    """Begin a new session for the user; nothing of the visitor's session is kept."""
    session.clear()
    login_user(user)
    session[EPOCH] = epoch_of(user)
    session.permanent = True


def sign_out() -> None:
    """End the session, and with it everything that was kept in it."""
    logout_user()
    session.clear()


def session_of(user: User) -> dict[str, Any]:
    """What a session must hold to be signed in as this user; tests write it themselves."""
    return {"_user_id": str(user.id), "_fresh": True, EPOCH: epoch_of(user)}


def is_current(user: User) -> bool:
    """Whether this session was begun with the password that the user has now."""
    return session.get(EPOCH) == epoch_of(user)
