"""The session cookie, written only when there is something new to remember."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

NEVER_KEPT = frozenset({"page_history", "locale"})
"""What FAB writes on a GET: tabs would overwrite each other's, and no page could be cached."""


class BureauSession(SecureCookieSession):
    """A session that remembers what it held at first."""

    original: dict[str, Any]


class BureauSessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie, sent only when its content differs from what the browser has."""

    session_class = BureauSession

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session, and note what it holds."""
        session = super().open_session(app, request)
        if isinstance(session, BureauSession):
            # A list in the session may be changed in place, as flash() does.
            session.original = deepcopy(_kept(session))
        return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session unless it is what it was."""
        for name in NEVER_KEPT & session.keys():
            del session[name]
        if isinstance(session, BureauSession):
            session.modified = _kept(session) != session.original
        super().save_session(app, session, response)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Only for news; a permanent session is renewed by a POST, not by every page."""
        return session.modified


def _kept(session: SecureCookieSession) -> dict[str, Any]:
    return {name: value for name, value in session.items() if name not in NEVER_KEPT}
