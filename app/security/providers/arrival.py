"""What a browser remembers of the provider that its session came by, and what follows from it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, session, url_for

from app.extensions import db
from app.security.attempts import note_log_in
from app.security.factors.signing import go_on
from app.security.models import UserSession
from app.security.providers import oidc
from app.security.providers.entry import admit
from app.security.providers.options import LDAP, REMOTE, OidcOptions, Terms
from app.security.providers.person import Person
from app.security.providers.registry import providers
from app.security.providers.remote import remote_person
from app.security.sessions.store import VIA, end_sessions, sign_in

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Button:
    """One way to log in beside a password."""

    url: str
    title: str
    person: str = ""


@dataclass(frozen=True)
class OtherLogIns:
    """What the log-in page offers beside its form."""

    buttons: list[Button]
    has_directory: bool
    left: Button | None
    """The provider that one has come by and is still signed in at."""
    is_left: bool
    """Whether one has just logged out."""


def enter(terms: Terms, someone: Person, next_url: str) -> Any:
    """Let a person in who was found at a provider; raises `NotAdmitted`."""
    user = admit(terms, someone)
    note_log_in(user)
    if terms.second_factor:
        sign_in(user, has_factor=True)
        answer = redirect(next_url, 303)
    else:
        answer = go_on(user, next_url)
    can_leave = isinstance(terms, OidcOptions) and oidc.leaves(terms)
    session[VIA] = {"name": terms.name, "subject": someone.subject, "leaves": can_leave}
    return answer


def came_by() -> dict[str, Any]:
    """The provider that the session of this browser came by."""
    found = session.get(VIA)
    return found if isinstance(found, dict) else {}


def is_vouched_for(held: UserSession | None) -> bool:
    """Whether the proxy that a session came by still names the same person.

    A session whose proxy names somebody else is over. One that reaches us without the proxy counts
    for nothing, and goes on when the proxy is there again.
    """
    found = came_by()
    if found.get("name") != REMOTE:
        return True
    someone = remote_person()
    if someone is not None and someone.subject == found.get("subject"):
        return True
    if someone is not None and held is not None:
        logger.info("The proxy names somebody else, so the session has ended")
        end_sessions(UserSession.id == held.id)
        db.session.commit()
        session.clear()
    return False


def goes_by_proxy() -> bool:
    """Whether the proxy has said who this is, so that nobody need be asked."""
    options = providers().remote
    is_asked = options is not None and not options.offer and "left" not in request.args
    return is_asked and remote_person() is not None


def start_url(name: str, **values: Any) -> str:
    """Where logging in with a provider begins."""
    return url_for("ProviderView.start", name=name, **values)


def other_log_ins(next_url: str) -> OtherLogIns:
    """What the log-in page offers; the template asks for it."""
    found = providers()
    buttons = [
        Button(start_url(options.name, next=next_url), options.title)
        for options in found.oidc.values()
    ]
    someone = remote_person() if found.remote is not None else None
    if found.remote is not None and someone is not None:
        url = start_url(REMOTE, next=next_url)
        buttons.append(Button(url, found.remote.title, someone.title))
    name = request.args.get("left", "")
    terms, left = found.find(name), None
    if isinstance(terms, OidcOptions) and terms.logout:
        left = Button(url_for("ProviderView.leave", name=name), terms.title)
    has_directory = found.find(LDAP) is not None
    return OtherLogIns(buttons, has_directory, left, is_left=bool(name))


def login_url_after() -> str:
    """Where to go after logging out: it says where one is still signed in. Ask before."""
    found = came_by()
    if found.get("name") == REMOTE or found.get("leaves"):
        return url_for("AuthView.login", left=found["name"])
    return url_for("AuthView.login")
