"""Sessions: who is signed in where, for administrators, who can end them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l, ngettext

from app.core.query.rules import hidden, rows
from app.core.views import ModelView, action
from app.extensions import db
from app.security.audit import record_event
from app.security.models import UserSession
from app.security.rights.granting import require_reach
from app.security.sessions.listing import this_session_id
from app.security.sessions.store import end_sessions, is_alive

SECRETS = ("digest", "epoch", "refresh_jti")
"""What a token is recognised by concerns no page, export or client."""


class SessionView(ModelView):
    """All sessions that still count; they begin with a log-in and nowhere else."""

    datamodel = SQLAInterface(UserSession)
    plural = "sessions"
    icon = "screen"
    list_title = _l("Sessions")
    record_title = _l("Session")
    is_readonly = True
    label_columns = {
        "user": _l("User"),
        "kind": _l("Kind"),
        "address": _l("Address"),
        "device": _l("Device"),
        "agent": _l("Program"),
        "created_at": _l("Begun"),
        "seen_at": _l("Last used"),
        "idle_until": _l("Ends unused"),
        "expires_at": _l("Ends at the latest"),
        "is_remembered": _l("Remembered"),
        "confirmed_at": _l("Last confirmed"),
        "awaits_factor": _l("Waits for a second factor"),
        "acting_user": _l("Acts as"),
        "acting_until": _l("Acts until"),
        "role": _l("Sees as the role"),
    }
    list_columns = ["user", "kind", "device", "address", "created_at", "seen_at", "expires_at"]
    show_columns = [
        "user",
        "kind",
        "device",
        "address",
        "agent",
        "created_at",
        "seen_at",
        "idle_until",
        "expires_at",
        "is_remembered",
        "confirmed_at",
        "acting_user",
        "acting_until",
        "role",
    ]
    search_columns = ["user.username", "address", "agent"]
    filter_columns = ["user", "kind", "address", "created_at", "seen_at", "acting_user", "role"]
    exclude_columns = list(SECRETS)
    base_order = ("seen_at", "desc")
    charts = ()
    row_rules = [rows(lambda _user: is_alive(), label=_l("Only sessions that still count"))]
    field_rules = [hidden(name) for name in SECRETS]

    @action("end", _l("End"), _l("Whoever uses them has to log in again."), "logout")
    def end(self, sessions: Sequence[Any]) -> str:
        """End sessions, of users who hold no more than oneself; never the one that asks for it."""
        ended = [session for session in sessions if session.id != this_session_id()]
        for user_id in sorted({session.user_id for session in ended}):
            require_reach(user_id)
        for user in {session.user.id: session.user for session in ended}.values():
            keys = [session.id for session in ended if session.user_id == user.id]
            record_event("sessions-ended", target=user, sessions=len(keys))
            end_sessions(UserSession.id.in_(keys))
        db.session.commit()
        return ngettext("%(num)d session has ended.", "%(num)d sessions have ended.", len(ended))
