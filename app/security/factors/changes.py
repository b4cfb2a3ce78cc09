"""What follows every change of somebody's factors: other sessions end, and the owner is told."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.security.audit import record_event
from app.security.factors.mails import tell_owner
from app.security.factors.passkeys import remove_passkeys
from app.security.factors.recovery import forget_codes
from app.security.factors.totp import remove_totp
from app.security.models import UserSession
from app.security.sessions.store import end_other_sessions

KINDS = {
    "app-added": "factor-added",
    "app-removed": "factor-removed",
    "passkey-added": "factor-added",
    "passkey-removed": "factor-removed",
    "codes-drawn": "recovery-drawn",
    "reset": "factors-reset",
}
LABELS = {
    "second-factor": _l("Second factor"),
    "factor-added": _l("Second factor added"),
    "factor-removed": _l("Second factor removed"),
    "recovery-drawn": _l("Recovery codes made"),
    "factors-reset": _l("Second factors reset"),
    "role-policy": _l("Second factor asked of a role"),
}
"""The kinds of security events that factors bring."""


def note_change(user: User, change: str, kept: UserSession | None = None) -> None:
    """End the other sessions, tell the owner, record it; committing is the caller's."""
    record_event(KINDS[change], user=user if kept is not None else None, target=user, what=change)
    end_other_sessions(user, kept)
    tell_owner(user, change)


def reset_factors(user: User) -> None:
    """Take all factors away from a user, who has lost them; committing is the caller's."""
    remove_totp(user.id)
    forget_codes(user.id)
    remove_passkeys(user.id)
    note_change(user, "reset")
