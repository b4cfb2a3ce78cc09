"""Accounts: the one statement that loads whoever makes a request, and making accounts."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import Role, User
from flask_babel import gettext as _
from flask_login import current_user

from app.core.cache import cached
from app.core.clock import now
from app.core.errors import Forbidden, Unauthorized
from app.extensions import db
from app.security.factors.policy import has_policies, needs_factor
from app.security.models import Preference, SessionKind, UserSession
from app.security.passwords import hash_password
from app.security.rights.sets import (
    RIGHTS_TABLES,
    VISITOR,
    Rights,
    rights_given_to,
    rights_of,
    rights_of_role,
    version_query,
)
from app.security.sessions.store import browser_digest, is_alive, is_current

IMPERSONATE = ("can_impersonate", "User")
"""The right to act as other users; who loses it meanwhile is themselves at the next request."""

PUBLIC_RIGHTS_SECONDS = 10
"""How long a visitor may be refused what visitors were given by a machine that shares no cache."""

_ACCOUNT = "bureau_account"
_RIGHTS = "bureau_rights"
_GIVEN = "bureau_given_rights"
_SHARED = "bureau_shared_subjects"


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


def load_account_of_browser(digest: str) -> Account | None:
    """Load whoever has signed in with the browser whose token has this digest: one statement."""
    return _load(_session_of_browser(), {"digest": digest})


def load_account_of_client(key: int) -> Account | None:
    """Load whoever holds this session of an API client: one statement."""
    return _load(_session_of_client(), {"key": key})


def _load(statement: sa.Select[Any], values: Mapping[str, Any]) -> Account | None:
    """Load whoever holds the session that a statement finds.

    A session that is over, that was begun with another password, or that waits for a second
    factor or lacks one that a role asks for, is none.
    """
    row = db.session.execute(statement, values).one_or_none()
    if row is None:
        return None
    user, preference, held, version, has_policies = row
    if not is_current(held, user):
        return None
    if has_policies and not held.has_factor and needs_factor(user.id, version):
        return None
    account = Account(user, preference, version, user.id, user, held)
    return _as_somebody_else(account) if _acts(held) else account


def _acts(held: UserSession) -> bool:
    until = held.acting_until
    return held.acting_user_id is not None and until is not None and until > now()


def _as_somebody_else(account: Account) -> Account | None:
    """The account as it acts, unless the right to is gone by now; None where the user is."""
    assert account.session is not None
    if IMPERSONATE not in rights_of(account.real_user_id, account.rights_version):
        return account
    statement = sa.select(User).where(User.id == account.session.acting_user_id, User.active)
    user = db.session.scalar(statement.execution_options(populate_existing=True))
    return None if user is None else replace(account, user=user, user_id=user.id)


def load_account_of(user_id: int) -> Account | None:
    """Load an active user who has no session, such as the owner of a key: one statement."""
    row = db.session.execute(_user(), {"user_id": user_id}).one_or_none()
    if row is None:
        return None
    user, preference, version = row
    return Account(user, preference, version, user_id, user)


def _holders(*columns: Any) -> sa.Select[Any]:
    """Select active users with their preferences, the version of all rights, and more columns.

    Every request begins with such a statement. To put one together takes longer than to run it,
    so each is made once. A database session that lives longer than a request must not answer from
    what it remembers.
    """
    return (
        sa.select(User, Preference, *columns)
        .outerjoin(Preference, Preference.user_id == User.id)
        .where(User.active)
        .execution_options(populate_existing=True)
    )


@cache
def _user() -> sa.Select[Any]:
    return _holders(version_query()).where(User.id == sa.bindparam("user_id"))


def _session(kind: SessionKind) -> sa.Select[Any]:
    return (
        _holders(UserSession, version_query(), has_policies())
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.kind == kind, is_alive(), UserSession.awaits_factor.is_(False))
    )


@cache
def _session_of_browser() -> sa.Select[Any]:
    return _session(SessionKind.BROWSER).where(UserSession.digest == sa.bindparam("digest"))


@cache
def _session_of_client() -> sa.Select[Any]:
    return _session(SessionKind.API).where(UserSession.id == sa.bindparam("key"))


def remember_account(account: Account) -> None:
    """Keep the account for the rest of the request."""
    setattr(g, _ACCOUNT, account)


def current_account() -> Account | None:
    """The account of whoever is signed in, as the request's first statement found it."""
    if not has_request_context():
        return None
    # A page asks some thirty times, and Flask-Login's own way to the user is a long one.
    user = g.get("_login_user") or current_user._get_current_object()
    if user is None or not user.is_authenticated:
        return None
    found: Account | None = g.get(_ACCOUNT)
    if found is None or found.user is not user:
        # Whoever signs in with this very request was not loaded as a user yet.
        digest = browser_digest()
        found = load_account_of_browser(digest) if digest else load_account_of(user.id)
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
    return _held_rights(current_account())


def _held_rights(account: Account | None) -> Rights:
    held: tuple[Account | None, Rights] | None = g.get(_RIGHTS)
    if held is None or held[0] is not account:
        held = (account, _rights_of(account))
        setattr(g, _RIGHTS, held)
    return held[1]


def has_right(permission: str, subject: str) -> bool:
    """Whether whoever makes this request holds the permission on the subject.

    A visitor who lacked it a moment ago is refused without a statement. One who held it is asked
    about afresh, so that a right which was taken from visitors is gone at once, everywhere.
    """
    right, account = (permission, subject), current_account()
    if account is None and right not in _lately_public_rights():
        return False
    return right in _held_rights(account)


def rights_to_give() -> Rights:
    """Of what whoever makes this request may do, that which they may give and take.

    What they may do only because everybody may is not theirs. It reads the public columns and
    opens no screen, while a role that holds the same right reads all as soon as it is taken from
    everybody: whoever gave the one and took the other would have given more than they had.
    """
    account = current_account()
    if account is None:
        return frozenset()
    held: tuple[Account, Rights] | None = g.get(_GIVEN)
    if held is None or held[0] is not account:
        found = current_rights()
        for key in {account.user_id, account.real_user_id}:
            found &= rights_given_to(key, account.rights_version)
        # What the request itself goes on to write does not count.
        held = (account, found)
        setattr(g, _GIVEN, held)
    return held[1]


def has_only_public_rights(subject: str) -> bool:
    """Whether whoever makes this request may read a subject just as everybody may, and no more.

    Where there is no request nobody asks, and nothing has to be kept from anybody.
    """
    if not has_request_context():
        return False
    rights, account = current_rights(), current_account()
    kept: tuple[Rights, dict[str, bool]] | None = g.get(_SHARED)
    if kept is None or kept[0] is not rights:
        kept = (rights, {})
        setattr(g, _SHARED, kept)
    if subject not in kept[1]:
        public = rights if account is None else rights_of(VISITOR, account.rights_version)
        is_public = ("can_read", subject) in public
        kept[1][subject] = is_public and all(
            pair in public for pair in rights if pair[1] == subject
        )
    return kept[1][subject]


class ScreenRights(Container[tuple[str, str]]):
    """What opens screens to whoever makes this request: a right that everybody has opens none."""

    def __contains__(self, right: object) -> bool:
        held = current_rights()
        return isinstance(right, tuple) and right in held and not has_only_public_rights(right[1])


def _lately_public_rights() -> Rights:
    """What visitors may do; another machine without Redis learns late of what they may do more."""

    def read() -> Rights:
        return rights_of(VISITOR, _read_version())

    return cached("public-rights", RIGHTS_TABLES, read, PUBLIC_RIGHTS_SECONDS)


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
    return int(db.session.scalar(_version()) or 0)


@cache
def _version() -> sa.Select[Any]:
    return sa.select(version_query())
