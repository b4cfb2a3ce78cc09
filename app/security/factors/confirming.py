"""Factors as ways to prove that it is still the one who has signed in."""

from __future__ import annotations

from flask import Flask, request
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.security.factors.challenges import Purpose, Stale
from app.security.factors.passkeys import WrongPasskey, use_passkey
from app.security.factors.policy import factors_of
from app.security.factors.signing import PASSKEY, give_code, note_factor
from app.security.factors.site import relying_party
from app.security.sessions.confirmation import Way, add_way

CODE = "_confirm_code"


def add_factor_ways(app: Flask) -> None:
    """Offer the app's code and a passkey beside the password."""
    add_way(
        app,
        Way(
            "code",
            _l("Authenticator app"),
            "security/_confirm_code.html",
            is_offered=lambda user: factors_of(user.id).has_totp,
            check=lambda user: give_code(user, request.form.get(CODE, "")) is not None,
        ),
    )
    add_way(
        app,
        Way(
            PASSKEY,
            _l("Passkey"),
            "security/_confirm_passkey.html",
            is_offered=lambda user: (
                relying_party() is not None and factors_of(user.id).passkeys > 0
            ),
            check=_has_passkey,
        ),
    )


def _has_passkey(user: User) -> bool:
    party = relying_party()
    try:
        if party is None:
            return False
        use_passkey(party, Purpose.CONFIRM, request.form.get("credential", ""), user.id)
    except (Stale, WrongPasskey):
        note_factor(user, None)
        return False
    note_factor(user, PASSKEY)
    return True
