"""What is recorded of attempts to sign in, beside that they failed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from flask import request
from flask_appbuilder.security.sqla.models import User

from app.extensions import db
from app.security.audit.chain import audit_keys
from app.security.audit.models import Outcome
from app.security.audit.occurrences import pass_on
from app.security.audit.record import Target, note


def target_of(user: User | None, name: str) -> Target:
    """The account that was tried; of a name that nobody has, only a mark.

    People type a password where a name is asked for. Equal names have equal marks, and nobody can
    find a name by its mark without the key.
    """
    if user is not None:
        return user
    digest = hmac.digest(audit_keys()[-1], name.strip().lower().encode(), hashlib.sha256)
    return User.__name__, None, f"unknown name {digest.hex()[:8]}"


def record_throttled(kind: str, name: str, find: Callable[[str], User | None]) -> None:
    """Record an attempt that was not even tried; once in a minute for a name and an address."""
    mark = target_of(None, name)
    held_back = pass_on(kind, mark, request.remote_addr)
    if held_back is not None:
        note(
            db.session(),
            kind,
            outcome=Outcome.REFUSED,
            target=target_of(find(name), name),
            survives=True,
            reason="too_many_attempts",
            repeated=held_back or None,
        )
