"""What `init_security` calls for API keys."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.security.audit.kinds import add_kinds

KINDS = {
    "key-made": _l("API key made"),
    "key-revoked": _l("API key revoked"),
    "key-used": _l("API key used"),
    "token-reused": _l("Token used twice"),
}


def init_keys() -> None:
    """Name the events of keys and tokens."""
    add_kinds(KINDS)
