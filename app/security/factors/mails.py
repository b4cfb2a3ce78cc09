"""The mail that tells people what became of the factors of their account."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.core.addresses import public_url
from app.extensions import db
from app.mail import Mail, send
from app.security.models import Preference

CHANGES = {
    "app-added": _l("An authenticator app was set up for your account."),
    "app-removed": _l("The authenticator app was removed from your account."),
    "passkey-added": _l("A passkey was added to your account."),
    "passkey-removed": _l("A passkey was removed from your account."),
    "codes-drawn": _l("New recovery codes were made for your account. The old ones are void."),
    "reset": _l("All second factors were removed from your account by an administrator."),
}
"""What can become of factors, as its owner reads it."""

FACTORS_CHANGED = Mail(
    "security_factors_changed",
    label=_l("Second factors changed"),
    example={
        "name": "Ana Silva",
        "change": CHANGES["passkey-added"],
        "url": "https://bureau.example/profile/factors/",
    },
)

_log = logging.getLogger(__name__)


def tell_owner(user: User, change: str) -> None:
    """Write to the owner of an account, in the transaction of the change."""
    chosen = sa.select(Preference.locale, Preference.timezone).where(Preference.user_id == user.id)
    row = db.session.execute(chosen).one_or_none()
    locale, timezone = (row[0], row[1]) if row is not None else (None, None)
    try:
        send(
            FACTORS_CHANGED,
            to=user.email or "",
            locale=locale,
            timezone=timezone,
            name=user.get_full_name().strip() or user.username,
            change=CHANGES[change],
            url=public_url("FactorsView.show"),
        )
    except ValueError:
        # An account from elsewhere may have no address that anybody could write to.
        _log.info("User %s has no address for a mail about their second factors", user.id)
