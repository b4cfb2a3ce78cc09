"""Attempts to sign in: the same answer in the same time for everybody, and not too many."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app, request
from flask_appbuilder.security.sqla.models import User
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from app.core.clock import now
from app.extensions import db
from app.security.accounts import find_user
from app.security.passwords import is_password_of
from app.security.rights import VISITOR

logger = logging.getLogger(__name__)

ADDRESS_LIMIT = "10 per 20 second"
"""Attempts from one address, unless the setting AUTH_RATE_LIMIT says otherwise."""
PAIR_LIMIT = "10 per 15 minute"
"""Failed attempts on one account from one address."""
ACCOUNT_LIMIT = "100 per 15 minute"
"""Failed attempts on one account from everywhere; high, as it keeps its owner out too."""

_EXTENSION = "bureau_attempts"


class TooManyAttempts(Exception):
    """There were more attempts than anybody needs who knows the password."""


class Attempts:
    """The counters of one application: in Redis where there is one, else in this process."""

    def __init__(self, storage: Storage, address_limit: str) -> None:
        self._address = parse(address_limit)
        self._pair, self._account = parse(PAIR_LIMIT), parse(ACCOUNT_LIMIT)
        self._shared = MovingWindowRateLimiter(storage)
        # While Redis is away counting here is better than refusing everybody, or nobody.
        self._own = MovingWindowRateLimiter(MemoryStorage())

    def begin(self, name: str, address: str) -> None:
        """Count an attempt; raises `TooManyAttempts`."""
        account = _digest(name)
        if not self._hit(self._address, address):
            raise TooManyAttempts
        if not self._has_room(self._pair, account, address):
            raise TooManyAttempts
        if not self._has_room(self._account, account):
            raise TooManyAttempts

    def fail(self, name: str, address: str) -> None:
        """Count an attempt that has failed."""
        self._hit(self._pair, _digest(name), address)
        self._hit(self._account, _digest(name))

    def _hit(self, limit: RateLimitItem, *key: str) -> bool:
        try:
            return self._shared.hit(limit, "login", *key)
        except StorageError as error:
            logger.warning("Attempts to sign in are counted in this process only: %s", error)
            return self._own.hit(limit, "login", *key)

    def _has_room(self, limit: RateLimitItem, *key: str) -> bool:
        try:
            return self._shared.test(limit, "login", *key)
        except StorageError:
            return self._own.test(limit, "login", *key)


def init_attempts(app: Flask) -> None:
    """Set up the counters; nothing is asked yet."""
    if app.config.get("RATELIMIT_ENABLED", True):
        options = app.config.get("RATELIMIT_STORAGE_OPTIONS", {})
        storage = storage_from_string(
            app.config.get("RATELIMIT_STORAGE_URI", "memory://"), wrap_exceptions=True, **options
        )
        limit = app.config.get("AUTH_RATE_LIMIT", ADDRESS_LIMIT)
        app.extensions[_EXTENSION] = Attempts(storage, limit)  # type: ignore[arg-type]


def attempt(name: str, password: str) -> User | None:
    """The user with this name and password, asked by the current request.

    Raises `TooManyAttempts`; then not even the right password is tried.
    """
    with _counted(name) as outcome:
        user = authenticate(name, password)
        outcome.is_right = user is not None
    return user


def confirm(user: User, password: str) -> bool:
    """Whether whoever is signed in knows the password; counted like an attempt to sign in."""
    with _counted(user.username) as outcome:
        outcome.is_right = is_password_of(user, password)
    return outcome.is_right


@dataclass
class Outcome:
    """What became of an attempt."""

    is_right: bool = False


@contextmanager
def _counted(name: str) -> Iterator[Outcome]:
    attempts: Attempts | None = current_app.extensions.get(_EXTENSION)
    address = request.remote_addr or ""
    if attempts is not None:
        attempts.begin(name, address)
    outcome = Outcome()
    yield outcome
    if attempts is not None and not outcome.is_right:
        attempts.fail(name, address)


def authenticate(name: str, password: str) -> User | None:
    """The active user with this name and password.

    One statement, one check of a hash and one write are made, whoever is asked for.
    """
    user = find_user(name)
    is_right = is_password_of(user, password)
    db.session.execute(_success(user) if user is not None and is_right else _failure(user))
    db.session.commit()
    if not is_right:
        logger.info("A sign-in was refused from %s", request.remote_addr if request else "")
    return user if is_right else None


def _success(user: User) -> sa.Update:
    count = sa.func.coalesce(User.login_count, 0) + 1
    values = {"login_count": count, "last_login": now().replace(tzinfo=None), "fail_login_count": 0}
    return sa.update(User.__table__).where(User.id == user.id).values(values)


def _failure(user: User | None) -> sa.Update:
    """Count a failure; where there is no such user, write a row all the same and change nothing.

    A commit that has nothing to write is quicker, which would tell who exists.
    """
    key = sa.literal(user.id if user is not None else VISITOR)
    anybody = sa.select(sa.func.min(User.id)).scalar_subquery()
    count = sa.case(
        (User.id == key, sa.func.coalesce(User.fail_login_count, 0) + 1),
        else_=User.fail_login_count,
    )
    row = sa.func.coalesce(sa.func.nullif(key, VISITOR), anybody)
    return sa.update(User.__table__).where(User.id == row).values(fail_login_count=count)


def _digest(name: str) -> str:
    """A name as a key of the counters, which need not tell who tried to sign in."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]
