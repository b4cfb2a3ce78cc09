"""Names what links lead to for the record of security events."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.security.audit.kinds import add_kinds

KINDS = {
    "address-changed": _l("Mail address changed"),
    "registered": _l("Registered"),
    "registration-approved": _l("Registration approved"),
    "registration-refused": _l("Registration refused"),
    "reset-asked": _l("New password asked for"),
}


def init_links() -> None:
    """Make the kinds known; a second application changes nothing."""
    add_kinds(KINDS)
