"""What every changing call of the REST API is asked first."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_login import current_user
from werkzeug.exceptions import UnsupportedMediaType

from app.core.errors import BadParameter
from app.extensions import csrf

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_csrf() -> None:
    """Ask for the CSRF header where the cookie alone says who calls.

    A token is sent by no browser on its own, and where there is one the cookie counts for
    nothing. A browser that was once asked for a password sends other schemes by itself. Where
    nobody is signed in there is nothing that another site could do in their name.
    """
    if not current_user.is_authenticated:
        return
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    if scheme.lower() == "bearer" or request.method in SAFE_METHODS:
        return
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()


def read_body() -> Any:
    """What the JSON of the body says; whether it is an object, the form asks."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return request.get_json()
    except RecursionError as error:
        raise BadParameter from error
