"""Accounts: the one statement that loads whoever makes a request, and making accounts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from app.core.clock import now
from app.core.errors import Forbidden, Unauthorized
from app.extensions import db
from app.security.factors.policy import is_enforced
from app.security.models import Preference, UserSession
from app.security.passwords import hash_password
from app.security.rights.sets import VISITOR, Rights, rights_of, rights_of_role, version_query
from app.security.sessions.store import browser_session, is_alive, is_current

IMPERSONATE = ("can_impersonate", "User")
"""The right to act as other users; who loses it meanwhile is themselves at the next request."""

_ACCOUNT = "bureau_account"
_RIGHTS = "bureau_rights"


@dataclass(frozen=True)
class Account:
    """Whoever makes this request, as its first statement found them.

    `user` is who the request acts as; `real_user` is who has signed in, which is somebody else
    while an administrator acts as a user. `scopes` are the rights that the request is narrowed
    to, or None: it may be narrowed and is never widened. `key_id` is the API key that it was sent
    with. `user_id` stands here too: after a rollback the row would have to be read again to tell.
    """

    user: User
    preference: Preference | None
    rights_version: int
    user_id: int
    real_user: User
    session: UserSession | None = None
    scopes: Rights | None = None
    key_id: int | None = None
    real_user_id: int = field(init=False)
    confirmed_at: datetime.datetime | None = field(init=False)

    def __post_init__(self) -> None:
        held = self.session
        # Asked while a statement runs, these must not need another one.
        object.__setattr__(self, "real_user_id", self.user_id if held is None else held.user_id)
        object.__setattr__(self, "confirmed_at", None if held is None else held.confirmed_at)

    @property
    def is_impersonated(self) -> bool:
        """Whether somebody else acts as this user."""
        return self.user is not self.real_user


def load_account(session: ColumnElement[bool]) -> Account | None:
    """Load whoever holds the session that meets a condition: one statement.

    It brings the active users, the preferences of the one who signed in, and the version of all
    rights. A session that is over, that was begun with another password, or that waits for a
    second factor or lacks one that a role asks for, is none.
    """
    borrowed = sa.case((UserSession.acting_until > now(), UserSession.acting_user_id))
    acting = sa.func.coalesce(borrowed, UserSession.user_id)
    real = aliased(User)
    statement = (
        sa.select(User, Preference, version_query(), User.id, real, UserSession)
        .select_from(UserSession)
        .join(real, real.id == UserSession.user_id)
        .join(User, User.id == acting)
        .outerjoin(Preference, Preference.user_id == real.id)
        .where(session, is_alive(), UserSession.awaits_factor.is_(False), User.active, real.active)
        .where(sa.or_(UserSession.has_factor, sa.not_(is_enforced(UserSession.user_id))))
    )
    account = _read_account(statement)
    if account is None or account.session is None:
        return None
    if not is_current(account.session, account.real_user):
        return None
    return account if _may_act(account) else _as_oneself(account)


def _may_act(account: Account) -> bool:
    """Whether it is oneself, or one may still act as others: that right may be gone by now."""
    if not account.is_impersonated:
        return True
    return IMPERSONATE in rights_of(account.real_user_id, account.rights_version)


def _as_oneself(account: Account) -> Account:
    return replace(account, user=account.real_user, user_id=account.real_user_id)


def load_account_of(user_id: int) -> Account | None:
    """Load an active user who has no session, such as the owner of a key: one statement."""
    same = aliased(User)
    return _read_account(
        sa.select(User, Preference, version_query(), User.id, same)
        .join(same, same.id == User.id)
        .outerjoin(Preference, Preference.user_id == User.id)
        .where(User.id == user_id, User.active)
    )


def _read_account(statement: sa.Select[Any]) -> Account | None:
    # A database session that lives longer than a request must not answer from what it remembers.
    row = db.session.execute(statement.execution_options(populate_existing=True)).one_or_none()
    return Account(*row) if row is not None else None


def remember_account(account: Account) -> None:
    """Keep the account for the rest of the request."""
    setattr(g, _ACCOUNT, account)


def current_account() -> Account | None:
    """The account of whoever is signed in, as the request's first statement found it."""
    if not (has_request_context() and current_user and current_user.is_authenticated):
        return None
    user = current_user._get_current_object()
    found: Account | None = g.get(_ACCOUNT)
    if found is None or found.user is not user:
        # Whoever signs in with this very request was not loaded as a user yet.
        held = browser_session()
        found = load_account(held) if held is not None else load_account_of(user.id)
    if found is not None:
        remember_account(found)
    return found


def own_account() -> Account:
    """The account of whoever makes this request, for a page about their own account.

    Raises `Unauthorized` for a visitor, and `Forbidden` for whoever acts as somebody else.
    """
    account = current_account()
    if account is None:
        raise Unauthorized
    if account.is_impersonated:
        raise Forbidden(
            _("While you act as somebody else you cannot see or change their own account."),
            advice=_("Stop acting as them first."),
        )
    return account


def current_rights() -> Rights:
    """What whoever makes this request may do; asked once for each request."""
    account = current_account()
    held: tuple[Account | None, Rights] | None = g.get(_RIGHTS)
    if held is None or held[0] is not account:
        held = (account, _rights_of(account))
        setattr(g, _RIGHTS, held)
    return held[1]


def _rights_of(account: Account | None) -> Rights:
    """The user's own rights, without those outside of what the request is narrowed to."""
    if account is None:
        return rights_of(VISITOR, _read_version())
    found = rights_of(account.user_id, account.rights_version)
    if account.is_impersonated:
        # Acting as somebody must give nobody a right, not even one given to them meanwhile.
        found &= rights_of(account.real_user_id, account.rights_version)
    if account.session is not None and account.session.role_id is not None:
        found &= rights_of_role(account.session.role_id, account.rights_version)
    return found if account.scopes is None else found & account.scopes


def find_user(name: str) -> User | None:
    """The user with this name or mail address, in any case; a name goes before an address."""
    lowered = name.strip().lower()
    if not lowered or "\0" in lowered:
        return None
    by_name = sa.func.lower(User.username) == lowered
    statement = (
        sa.select(User)
        .where(sa.or_(by_name, sa.func.lower(User.email) == lowered))
        .order_by(sa.case((by_name, 0), else_=1), User.id)
        .limit(1)
    )
    return db.session.scalar(statement)


def add_account(
    username: str,
    name: tuple[str, str],
    email: str,
    password: str | None,
    roles: Iterable[Role] = (),
) -> User:
    """Add a user to the session; committing is the caller's. Without a password nobody logs in."""
    user = User(
        username=username,
        first_name=name[0],
        last_name=name[1],
        email=email,
        password=hash_password(password) if password is not None else None,
        active=True,
    )
    user.roles = list(roles)
    db.session.add(user)
    return user


def find_roles(names: Iterable[str]) -> list[Role]:
    """The roles with these names; raises `LookupError` with those that do not exist."""
    wanted = list(dict.fromkeys(names))
    found = {role.name: role for role in db.session.scalars(_roles_named(wanted))}
    missing = [name for name in wanted if name not in found]
    if missing:
        raise LookupError(", ".join(missing))
    return [found[name] for name in wanted]


def _roles_named(names: list[str]) -> sa.Select[Any]:
    return sa.select(Role).where(Role.name.in_(names))


def _read_version() -> int:
    return int(db.session.scalar(sa.select(version_query())) or 0)
