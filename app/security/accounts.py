"""Accounts: the one statement that loads one, and making them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import Role, User
from flask_login import current_user

from app.extensions import db
from app.security.models import Preference
from app.security.passwords import hash_password
from app.security.rights import VISITOR, Rights, rights_of, version_query

_ACCOUNT = "bureau_account"
_RIGHTS = "bureau_rights"


@dataclass(frozen=True)
class Account:
    """A user as this request found them.

    The key stands here too: after a rollback the row would have to be read again to tell it.
    """

    user: User
    preference: Preference | None
    rights_version: int
    user_id: int


def load_account(user_id: int) -> Account | None:
    """Load an active user, their preferences and the version of all rights: one statement."""
    statement = (
        sa.select(User, Preference, version_query(), User.id)
        .outerjoin(Preference, Preference.user_id == User.id)
        .where(User.id == user_id, User.active)
        # A session that lives longer than a request must not answer from what it remembers.
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(statement).one_or_none()
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
        found = load_account(user.id)
    if found is not None:
        remember_account(found)
    return found


def current_rights() -> Rights:
    """What whoever makes this request may do; asked once for each request."""
    account = current_account()
    user_id = account.user_id if account else VISITOR
    held: tuple[int, Rights] | None = g.get(_RIGHTS)
    if held is None or held[0] != user_id:
        version = account.rights_version if account else _read_version()
        held = (user_id, rights_of(user_id, version))
        setattr(g, _RIGHTS, held)
    return held[1]


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
    username: str, name: tuple[str, str], email: str, password: str, roles: Iterable[Role] = ()
) -> User:
    """Add a user to the session; committing is the caller's."""
    user = User(
        username=username,
        first_name=name[0],
        last_name=name[1],
        email=email,
        password=hash_password(password),
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
