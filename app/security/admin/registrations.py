"""Registrations: people who ask for an account, and who gets one."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l, ngettext

from app.core.views import ModelView, action
from app.extensions import db
from app.security.links.models import Registration, RegistrationState
from app.security.links.registrations import approve, refuse


class RegistrationView(ModelView):
    """Applicants whose mail address is confirmed; each is told by mail what was decided."""

    datamodel = SQLAInterface(Registration)
    icon = "user"
    list_title = _l("Registrations")
    record_title = _l("Registration")
    label_columns = {
        "first_name": _l("First name"),
        "last_name": _l("Last name"),
        "email": _l("Mail address"),
        "locale": _l("Language"),
        "timezone": _l("Time zone"),
        "state": _l("State"),
        "created_at": _l("Asked for"),
        "decided_at": _l("Decided"),
        "decided_by": _l("Decided by"),
    }
    list_columns = ["email", "first_name", "last_name", "state", "created_at"]
    show_columns = [
        "email",
        "first_name",
        "last_name",
        "state",
        "locale",
        "timezone",
        "created_at",
        "decided_at",
        "decided_by",
    ]
    search_columns = ["email", "first_name", "last_name"]
    filter_columns = ["state", "email", "created_at", "decided_at"]
    base_order = ("created_at", "desc")
    charts = ()
    is_readonly = True

    @action(
        "approve",
        _l("Approve"),
        _l("They get an account and a mail with a link to choose a password."),
        "check",
    )
    def approve(self, registrations: Sequence[Registration]) -> str:
        """Give an account to those who still wait."""
        waiting = _waiting(registrations)
        for registration in waiting:
            approve(registration)
        db.session.commit()
        count = len(waiting)
        return ngettext("%(num)d account was made.", "%(num)d accounts were made.", count)

    @action("refuse", _l("Refuse"), _l("They are told so by mail."), "close")
    def refuse(self, registrations: Sequence[Registration]) -> str:
        """Give none to those who still wait."""
        waiting = _waiting(registrations)
        for registration in waiting:
            refuse(registration)
        db.session.commit()
        count = len(waiting)
        return ngettext(
            "%(num)d registration was refused.", "%(num)d registrations were refused.", count
        )


def _waiting(registrations: Sequence[Registration]) -> list[Registration]:
    return [row for row in registrations if row.state is RegistrationState.WAITING]
