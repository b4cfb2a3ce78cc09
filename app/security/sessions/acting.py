"""Acting as another user, and seeing the site as a role sees it: beginning, telling, ending.

Both stand in the session on the server and narrow what its requests may do. `Account` obeys them,
so nothing here can give anybody a right.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from flask import Flask, flash, request, session, url_for
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext as _, lazy_gettext as _l

from app.core.actors import register_real_user
from app.core.banners import Banner, register_banners
from app.core.clock import now
from app.core.errors import Conflict, Forbidden
from app.core.formats import format_time
from app.core.presence import name_of
from app.extensions import db
from app.security.accounts import Account, current_account, own_account
from app.security.audit import record_event
from app.security.audit.kinds import add_kinds
from app.security.models import SessionKind, UserSession
from app.security.rights.granting import require_reach

MAX_TIME = datetime.timedelta(minutes=60)
"""How long somebody may act as another user before they have to begin anew."""

KINDS = {
    "acting-begun": _l("Began to act as a user"),
    "acting-ended": _l("Stopped acting as a user"),
    "seeing-as-begun": _l("Began to see as a role"),
    "seeing-as-ended": _l("Stopped seeing as a role"),
}
"""The security events that this records."""

OWN_PAGES = "/profile/"
"""All pages about one's own account stand below this path."""

_MARK = "acting"
"""What the cookie says of it; it only spares looking, the session on the server decides."""
_ALWAYS = frozenset({"AuthView.login", "AuthView.logout", "ActingView.stop"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_acting(app: Flask) -> None:
    """Tell the history and every page; the security manager asks `check_acting` itself."""
    add_kinds(KINDS)
    register_real_user(app, find_real_user)
    register_banners(app, find_banners)


def begin_acting(user: User, reason: str) -> None:
    """Let whoever makes the request act as the user. It commits.

    Raises `Conflict` where it makes no sense, and `Forbidden` where the user holds a right that
    whoever makes the request does not.
    """
    held = _held_session()
    account = own_account()
    if user.id == account.user_id:
        raise Conflict(_("You are this user already."))
    if not user.active:
        raise Conflict(_("This account is disabled, so nobody can act as this user."))
    require_reach(user.id)
    held.acting_user_id, held.acting_until = user.id, now() + MAX_TIME
    record_event("acting-begun", target=user, reason=reason, until=held.acting_until)
    db.session.commit()
    session[_MARK] = True


def stop_acting() -> None:
    """Be oneself again; does nothing for whoever is. It commits."""
    account = current_account()
    if account is not None:
        _stop_acting(account, is_over=False)
        session.pop(_MARK, None)


def begin_seeing_as(role: Role) -> None:
    """Narrow this session to what the role may do. It commits."""
    held = _held_session()
    held.role_id = role.id
    record_event("seeing-as-begun", target=role)
    db.session.commit()


def stop_seeing_as() -> None:
    """Use all of one's own rights again; does nothing for whoever does. It commits."""
    account = current_account()
    if account is None or account.session is None or account.session.role_id is None:
        return
    role = db.session.get(Role, account.session.role_id)
    account.session.role_id = None
    record_event("seeing-as-ended", target=role)
    db.session.commit()


def find_real_user() -> int | None:
    """The key of whoever acts as the signed-in user; None where nobody does."""
    account = current_account()
    return account.real_user_id if account is not None and account.is_impersonated else None


def find_banners() -> Sequence[Banner]:
    """What every page says: whom one acts as, and which role one sees it as."""
    account = current_account()
    if account is None or account.session is None:
        return []
    held, found = account.session, []
    if account.is_impersonated and held.acting_until is not None:
        found.append(
            Banner(
                _("You act as"),
                name_of(account.user),
                _(
                    "Until %(time)s. What you do is recorded under both names.",
                    time=format_time(held.acting_until, "short"),
                ),
                "user",
                _("Stop"),
                url_for("ActingView.stop"),
                "user",
            )
        )
    role = db.session.get(Role, held.role_id) if held.role_id is not None else None
    if role is not None:
        found.append(
            Banner(
                _("You see this as the role"),
                role.name,
                _("You can do what this role and you may both do, and nothing else."),
                "eye",
                _("Stop"),
                url_for("ActingView.stop"),
                "role",
            )
        )
    return found


def check_acting() -> None:
    """Keep out of another user's own account, and end what has lasted too long.

    Raises `Forbidden`, or `Conflict` for a form that was filled in as another user and comes too
    late: it must not be saved under one's own name.
    """
    if f"{request.path}/".startswith(OWN_PAGES):
        account = current_account()
        if account is not None and account.is_impersonated:
            own_account()
    if not session.get(_MARK):
        return
    account = current_account()
    if account is None or account.is_impersonated:
        return
    session.pop(_MARK)
    if _stop_acting(account, is_over=True):
        _say_over()


def _say_over() -> None:
    if request.method in _SAFE or request.endpoint in _ALWAYS:
        flash(_("Your time as another user is over. You are yourself again."), "info")
        return
    raise Conflict(
        _("Your time as another user is over, so nothing was saved."),
        code="acting_over",
        advice=_("Go back. Begin to act as them again, or do it as yourself."),
    )


def _held_session() -> UserSession:
    """The session of this browser. Raises where nobody can act in it."""
    account = current_account()
    if account is not None and account.is_impersonated:
        raise Conflict(_("You act as somebody else already. Stop that first."))
    held = account.session if account is not None else None
    if held is None or held.kind is not SessionKind.BROWSER:
        raise Forbidden
    return held


def _stop_acting(account: Account, *, is_over: bool) -> bool:
    held = account.session
    if held is None or held.acting_until is None:
        return False
    user = db.session.get(User, held.acting_user_id) if held.acting_user_id is not None else None
    held.acting_user_id = held.acting_until = None
    record_event("acting-ended", target=user, user=account.real_user, was_over=is_over)
    db.session.commit()
    return True
