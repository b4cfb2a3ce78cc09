"""The session cookie, written only when there is something new to remember."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

NEVER_KEPT = frozenset({"page_history", "locale"})
"""What FAB writes on a GET: tabs would overwrite each other's, and no page could be cached."""


MESSAGES = "_flashes"
"""Where Flask keeps what the next page is to say."""
MAX_COOKIE_BYTES = 3_800
"""With its name and attributes a cookie must stay below 4096 bytes."""


class BureauSession(SecureCookieSession):
    """A session that remembers what it held at first."""

    def __init__(self, initial: Any = None) -> None:
        super().__init__(initial)
        self.original: dict[str, Any] = {}


class BureauSessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie, sent only when its content differs from what the browser has."""

    session_class = BureauSession
    _made: tuple[Any, URLSafeTimedSerializer | None] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookie; made once for a key, not twice for a request."""
        keys = app.secret_key, app.config["SECRET_KEY_FALLBACKS"]
        if self._made is None or self._made[0] != keys:
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session, and note what it holds."""
        if app.secret_key and "HTTP_COOKIE" not in request.environ:
            return BureauSession()
        session = super().open_session(app, request)
        if isinstance(session, BureauSession):
            session.original = _copy(_kept(session))
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session unless it is what it was."""
        for name in NEVER_KEPT & session.keys():
            del session[name]
        if isinstance(session, BureauSession):
            session.modified = _kept(session) != session.original
        if session.modified:
            self._fit(app, session)
            super().save_session(app, session, response)
        elif session.accessed:
            _vary_by_cookie(response)

    def _fit(self, app: Flask, session: SessionMixin) -> None:
        """Give up the oldest messages: a browser drops a cookie that is too large."""
        serializer = self.get_signing_serializer(app)
        messages = session.get(MESSAGES)
        while messages and serializer and len(serializer.dumps(dict(session))) > MAX_COOKIE_BYTES:
            messages = session[MESSAGES] = messages[1:]

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Only for news; a permanent session is renewed by a POST, not by every page."""
        return session.modified


def _copy(held: dict[str, Any]) -> dict[str, Any]:
    """A copy that stays as it is: a list may be changed in place, as flash() does."""
    return {
        name: value if isinstance(value, str | int | None) else deepcopy(value)
        for name, value in held.items()
    }


def _vary_by_cookie(response: Response) -> None:
    """Say that whoever sends another cookie may get another answer."""
    given = response.headers.get("Vary")
    if given is None:
        response.headers["Vary"] = "Cookie"
    elif "cookie" not in given.lower():
        response.headers["Vary"] = f"{given}, Cookie"


def _kept(session: SecureCookieSession) -> dict[str, Any]:
    return {name: value for name, value in session.items() if name not in NEVER_KEPT}
