"""Making an account for oneself, where the settings allow it.

Nobody learns by it who has an account: the answer is the same for every address, and what follows
comes by mail to whoever reads that address.
"""

from __future__ import annotations

import re
import secrets
from enum import StrEnum

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext as _

from app.core.addresses import public_url
from app.core.clock import now
from app.core.errors import Conflict
from app.core.i18n import default_locale
from app.core.models import current_user_id
from app.core.outbox import emit, handles
from app.core.outbox.handlers import Payload
from app.extensions import db
from app.mail import send
from app.security.accounts import find_roles, find_user
from app.security.audit import record_event
from app.security.links import mails
from app.security.links.invitations import write_invitation
from app.security.links.models import (
    LinkPurpose,
    Registration,
    RegistrationState,
    SecurityLink,
)
from app.security.links.tokens import make_link
from app.security.passwords import hash_password
from app.security.preferences import set_choices
from app.security.rights.granting import given_by_the_site

EVENT = "security.registration_asked"
CONFIRM_ENDPOINT = "LinkView.confirm_registration"
MAX_NAME = 40


class RegistrationMode(StrEnum):
    """Who may make an account for themselves: nobody, anybody, or whom an administrator lets."""

    OFF = "off"
    OPEN = "open"
    APPROVAL = "approval"


def registration_mode() -> RegistrationMode:
    """What the settings say."""
    return RegistrationMode(current_app.config["BUREAU_REGISTRATION"])


def ask_registration(
    name: tuple[str, str], email: str, locale: str | None, timezone: str | None
) -> None:
    """Have a mail sent to this address, whatever is known of it; the caller commits."""
    person = {"first_name": name[0], "last_name": name[1]}
    emit(EVENT, {**person, "email": email, "locale": locale, "timezone": timezone})


@handles(EVENT)
def send_confirmation(payload: Payload) -> None:
    """Ask whoever reads the address whether it was them; remind those who have an account."""
    if registration_mode() is RegistrationMode.OFF:
        return
    email = payload["email"]
    user = find_user(email)
    if user is not None:
        if (user.email or "").lower() == email.lower():
            mails.write_to(user, mails.ALREADY_REGISTERED, url=public_url("AuthView.login"))
        return
    names = ("first_name", "last_name", "locale", "timezone")
    person = {name: payload[name] for name in names}
    token, until = make_link(LinkPurpose.REGISTRATION, email=email, **person)
    send(
        mails.REGISTRATION,
        to=email,
        locale=payload["locale"],
        timezone=payload["timezone"],
        url=public_url(CONFIRM_ENDPOINT, token=token),
        until=until,
    )


def register(link: SecurityLink, password: str) -> User:
    """Make the account of somebody who has confirmed their address; the caller commits."""
    user = _add_user(_applicant(link), password)
    record_event("registered", target=user, user=user)
    return user


def apply(link: SecurityLink) -> None:
    """Let an administrator decide about somebody who has confirmed their address."""
    person = _applicant(link)
    known = db.session.scalar(sa.select(Registration).where(Registration.email == person.email))
    if known is None:
        db.session.add(person)
    elif known.state is not RegistrationState.APPROVED:
        known.first_name, known.last_name = person.first_name, person.last_name
        known.state, known.created_at = RegistrationState.WAITING, now()


def approve(registration: Registration) -> None:
    """Make the account, and send a link to choose its password; the caller commits."""
    user = _add_user(registration, None)
    _decide(registration, RegistrationState.APPROVED)
    record_event("registration-approved", target=user)
    write_invitation(user, mails.APPROVED)


def refuse(registration: Registration) -> None:
    """Tell somebody that they get no account; the caller commits."""
    _decide(registration, RegistrationState.REFUSED)
    record_event("registration-refused", target=registration.email)
    send(
        mails.REFUSED,
        to=registration.email,
        locale=registration.locale,
        timezone=registration.timezone,
        name=f"{registration.first_name} {registration.last_name}",
    )


def free_username(email: str) -> str:
    """A name for the account that nobody has: the first part of the address, or close to it."""
    base = re.sub(r"[^a-z0-9._-]+", "", email.partition("@")[0].lower())[:MAX_NAME] or "user"
    name = base
    while find_user(name) is not None:
        name = f"{base}{secrets.randbelow(10_000):04}"
    return name


def _applicant(link: SecurityLink) -> Registration:
    known = link.payload
    return Registration(
        first_name=known["first_name"],
        last_name=known["last_name"],
        email=link.email,
        locale=known["locale"],
        timezone=known["timezone"],
        state=RegistrationState.WAITING,
        created_at=now(),
    )


def _add_user(person: Registration, password: str | None) -> User:
    if find_user(person.email) is not None:
        raise Conflict(_("There is an account with this mail address already."))
    user = User(
        username=free_username(person.email),
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        password=hash_password(password) if password is not None else None,
        active=True,
    )
    # The settings say which role it is, and not whoever sends this request.
    with given_by_the_site():
        user.roles = _wanted_roles()
        db.session.add(user)
        db.session.flush()
    chosen = {"locale": person.locale or default_locale(), "timezone": person.timezone or ""}
    set_choices(user.id, None, chosen)
    return user


def _wanted_roles() -> list[Role]:
    name = current_app.config["BUREAU_REGISTRATION_ROLE"]
    try:
        return find_roles([name] if name else [])
    except LookupError as error:
        message = _("There is no role %(name)s, which BUREAU_REGISTRATION_ROLE names.", name=name)
        raise Conflict(message) from error


def _decide(registration: Registration, state: RegistrationState) -> None:
    registration.state, registration.decided_at = state, now()
    registration.decided_by_id = current_user_id()
