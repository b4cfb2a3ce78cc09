"""Challenges: random words that a passkey signs, each for one purpose, one session and one use.

A challenge stands in the browser's signed cookie, so that asking for one writes nothing, whoever
asks and however often. That it was used is written to the database, in the transaction that its
use belongs to: a cookie put back by hand cannot be used twice.
"""

from __future__ import annotations

import datetime
import enum
import hashlib
import secrets
from typing import Any

from flask import session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from app.core.clock import now
from app.core.errors import Conflict
from app.core.once import VISITOR, Ticket
from app.security.sessions.store import TOKEN, digest_of

KEPT_AS = "passkey"
LASTS = datetime.timedelta(minutes=5)
CHALLENGE_BYTES = 32


class Purpose(enum.StrEnum):
    """What a challenge is for; one that was drawn for one thing does for no other."""

    SIGN_IN = "sign-in"
    SECOND_FACTOR = "second-factor"
    REGISTER = "register"
    CONFIRM = "confirm"


class Stale(Conflict):
    """The challenge is over, was used, or belongs to something else."""

    code = "challenge_stale"


def draw_challenge(purpose: Purpose, handle: str = "") -> bytes:
    """A new challenge, kept in the browser's session in place of the one before."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    session[KEPT_AS] = {
        "challenge": bytes_to_base64url(challenge),
        "purpose": purpose.value,
        "until": int((now() + LASTS).timestamp()),
        "holder": _holder(),
        "handle": handle,
    }
    return challenge


def take_challenge(purpose: Purpose) -> tuple[bytes, str]:
    """The challenge that was drawn for this, and the handle with it; it is gone after that.

    Raises `Stale` where there is none that still counts.
    """
    kept: Any = session.pop(KEPT_AS, None)
    is_ours = (
        isinstance(kept, dict)
        and kept.get("purpose") == purpose.value
        and kept.get("holder") == _holder()
        and now().timestamp() < kept.get("until", 0)
    )
    if not is_ours:
        raise Stale
    return base64url_to_bytes(kept["challenge"]), str(kept["handle"])


def spend(challenge: bytes) -> None:
    """Note that a challenge was answered; raises `Stale` for one that was before."""
    digest = hashlib.sha256(challenge).hexdigest()
    try:
        Ticket(VISITOR, f"passkey:{digest}", digest).claim()
    except Conflict as error:
        raise Stale from error


def _holder() -> str:
    """The session that the browser has now: a challenge does not outlive it."""
    token = session.get(TOKEN)
    return digest_of(token)[:32] if isinstance(token, str) else ""
