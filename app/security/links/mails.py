"""The mails about accounts, each with values to look at it with."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.core.clock import now
from app.extensions import db
from app.mail import Mail, send
from app.security.models import Preference

_WHEN = datetime.datetime(2026, 11, 27, 9, 30, tzinfo=datetime.UTC)
_TOKEN = "Zk3vQm0pYt7uZ1xLr9sBn4hGd6fJc2aEoViU8yTqMXw"
_LINK = f"https://bureau.example/links/password/{_TOKEN}"
_PLAIN_LINK = "https://bureau.example/login/"

INVITATION = Mail(
    "security_invitation",
    label=_l("Invitation"),
    is_secret=True,
    example={
        "name": "Ana Silva",
        "inviter": "Ada Admin",
        "username": "ana",
        "url": _LINK,
        "until": _WHEN,
    },
)
RESET = Mail(
    "security_reset",
    label=_l("New password asked for"),
    is_secret=True,
    example={"name": "Ana Silva", "username": "ana", "url": _LINK, "until": _WHEN},
)
PASSWORD_CHANGED = Mail(
    "security_password_changed",
    label=_l("Password changed"),
    example={"name": "Ana Silva", "username": "ana", "at": _WHEN, "url": _PLAIN_LINK},
)
# To somebody whose address nobody has confirmed: nothing that a stranger typed stands in it.
REGISTRATION = Mail(
    "security_registration",
    label=_l("Registration to be confirmed"),
    is_secret=True,
    example={"url": f"https://bureau.example/links/registration/{_TOKEN}", "until": _WHEN},
)
ALREADY_REGISTERED = Mail(
    "security_already_registered",
    label=_l("Registered already"),
    example={"name": "Ana Silva", "username": "ana", "url": _PLAIN_LINK},
)
APPROVED = Mail(
    "security_registration_approved",
    label=_l("Registration approved"),
    is_secret=True,
    example={"name": "Ana Silva", "username": "ana", "url": _LINK, "until": _WHEN},
)
REFUSED = Mail(
    "security_registration_refused",
    label=_l("Registration refused"),
    example={"name": "Ana Silva"},
)
ADDRESS = Mail(
    "security_address",
    label=_l("New mail address to be confirmed"),
    is_secret=True,
    example={
        "name": "Ana Silva",
        "username": "ana",
        "url": f"https://bureau.example/links/address/{_TOKEN}",
        "until": _WHEN,
    },
)
ADDRESS_CHANGED = Mail(
    "security_address_changed",
    label=_l("Mail address changed"),
    example={
        "name": "Ana Silva",
        "username": "ana",
        "new_address": "ana.silva@new.example",
        "at": _WHEN,
    },
)


def write_to(user: User, mail: Mail, *, to: str | None = None, **values: Any) -> None:
    """Write a mail to a user, in their language; the caller commits.

    It goes to the address of the account, unless another one is given.
    """
    address = to or user.email
    if not address:
        return
    chosen = db.session.execute(
        sa.select(Preference.locale, Preference.timezone).where(Preference.user_id == user.id)
    ).one_or_none()
    locale, timezone = chosen or (None, None)
    known = {"name": called(user), "username": user.username}
    send(mail, to=address, locale=locale, timezone=timezone, **known | values)


def tell_password_changed(user: User, url: str) -> None:
    """Let the owner of an account know that its password is another one."""
    write_to(user, PASSWORD_CHANGED, at=now(), url=url)


def called(user: User) -> str:
    """What a mail calls a user."""
    return " ".join(f"{user.first_name or ''} {user.last_name or ''}".split()) or user.username
