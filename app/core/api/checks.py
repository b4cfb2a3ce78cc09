"""What every changing call of the REST API is asked first."""

from __future__ import annotations

from flask import current_app, request

from app.extensions import csrf

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_csrf() -> None:
    """Ask for the CSRF header where the cookie alone says who calls.

    A token is sent by no browser on its own, and where there is one the cookie counts for
    nothing. A browser that was once asked for a password sends other schemes by itself.
    """
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    if scheme.lower() == "bearer" or request.method in SAFE_METHODS:
        return
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()
