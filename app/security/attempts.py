"""Attempts to sign in: the same answer in the same time for everybody, and not too many."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from flask import Flask, current_app, request
from flask_appbuilder.security.sqla.models import User
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from app.core.clock import now
from app.core.errors import Unavailable
from app.core.outage import Outage
from app.extensions import db
from app.security.accounts import find_user
from app.security.audit import record_event
from app.security.audit.attempts import record_throttled, target_of
from app.security.passwords import is_password_of
from app.security.providers.directory import authenticate_by_directory
from app.security.providers.entry import NotAdmitted
from app.security.rehash import renew_hash
from app.security.rights.sets import VISITOR
from app.security.tokens.limits import counter_storage

logger = logging.getLogger(__name__)

ADDRESS_LIMIT = "10 per 20 second"
"""Attempts from one address, unless the setting AUTH_RATE_LIMIT says otherwise."""
PAIR_LIMIT = "10 per 15 minute"
"""Failed attempts on one account from one address."""
ACCOUNT_LIMIT = "100 per 15 minute"
"""Failed attempts on one account from everywhere; high, as it keeps its owner out too."""

FACTOR_LIMITS = ("10 per 15 minute", "50 per day")
"""Wrong second factors of one account. Only who knows its password is asked, so no stranger can
use them up, and whoever has guessed the password has one chance in six thousand a day."""

CONFIRMATION = "confirmation"
SECOND_FACTOR = "second-factor"
_EXTENSION = "bureau_attempts"


ASK_LIMIT = "20 per hour"
"""Mails asked for from one address by somebody who is not signed in."""
MAIL_LIMIT = "3 per hour"
"""Mails of one kind to one reader that strangers can cause. The links in them stay good, so whoever
uses this up has kept nobody out."""


class TooManyAttempts(Exception):
    """There were more attempts than anybody needs who knows the password."""


class Attempts:
    """The counters of one application: in Redis where there is one, else in this process."""

    def __init__(self, storage: Storage, address_limit: str) -> None:
        self._address = parse(address_limit)
        self._pair, self._account = parse(PAIR_LIMIT), parse(ACCOUNT_LIMIT)
        self._ask, self._mail = parse(ASK_LIMIT), parse(MAIL_LIMIT)
        self._factor = [parse(limit) for limit in FACTOR_LIMITS]
        self._shared = MovingWindowRateLimiter(storage)
        # While Redis is away counting here is better than refusing everybody, or nobody.
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._outage = Outage(
            "The counter of log-ins", (StorageError,), lambda: storage.get("login")
        )

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

    def begin_factor(self, account: str) -> None:
        """Count an attempt with a second factor; raises `TooManyAttempts`.

        It counts before it is tried, so that many sent at once are no more than many in a row.
        """
        if not all(self._hit(limit, "factor", account) for limit in self._factor):
            raise TooManyAttempts

    def forgive_factor(self, account: str) -> None:
        """Forget the attempts of an account, after one that was right."""
        for limit in self._factor:
            clear = partial(self._shared.clear, limit, "login", "factor", account)
            self._outage.attempt(clear, None)
            self._own.clear(limit, "login", "factor", account)

    def ask(self, kind: str, name: str, address: str) -> bool:
        """Count a mail that is asked for, and say whether its reader has had few enough.

        Raises `TooManyAttempts` where the asker has not.
        """
        if not self._hit(self._ask, kind, address):
            raise TooManyAttempts
        return self._hit(self._mail, kind, _digest(name))

    def _hit(self, limit: RateLimitItem, *key: str) -> bool:
        found = self._outage.attempt(lambda: self._shared.hit(limit, "login", *key), None)
        return self._own.hit(limit, "login", *key) if found is None else found

    def _has_room(self, limit: RateLimitItem, *key: str) -> bool:
        found = self._outage.attempt(lambda: self._shared.test(limit, "login", *key), None)
        return self._own.test(limit, "login", *key) if found is None else found


def init_attempts(app: Flask) -> None:
    """Set up the counters; nothing is asked yet."""
    if app.config.get("RATELIMIT_ENABLED", True):
        storage = counter_storage(app.config.get("RATELIMIT_STORAGE_URI", "memory://"))
        limit = app.config.get("AUTH_RATE_LIMIT", ADDRESS_LIMIT)
        app.extensions[_EXTENSION] = Attempts(storage, limit)


def may_mail(kind: str, name: str) -> bool:
    """Whether a mail that a stranger asks for now is written; no answer tells them.

    Raises `TooManyAttempts` where too many were asked for from one address.
    """
    attempts: Attempts | None = current_app.extensions.get(_EXTENSION)
    return attempts is None or attempts.ask(kind, name, request.remote_addr or "")


def attempt(name: str, password: str) -> User | None:
    """The user with this name and password, asked by the current request.

    Raises `TooManyAttempts`; then not even the right password is tried.
    """
    with counted(name, "log-in") as outcome:
        try:
            user = authenticate(name, password)
        except NotAdmitted:
            outcome.is_right = True
            raise
        outcome.is_right = user is not None
    return user


def confirm(user: User, password: str) -> bool:
    """Whether whoever is signed in knows the password; counted like an attempt to sign in."""
    with counted(user.username, CONFIRMATION) as outcome:
        outcome.is_right = is_password_of(user, password)
    if not outcome.is_right:
        record_event(CONFIRMATION, outcome="failure", target=user)
    return outcome.is_right


@contextmanager
def counted_factor(user: User) -> Iterator[Outcome]:
    """Count an attempt with a second factor of somebody whose password was right.

    Raises `TooManyAttempts`; what became of it is to be said to the outcome.
    """
    attempts: Attempts | None = current_app.extensions.get(_EXTENSION)
    account = str(user.id)
    if attempts is not None:
        try:
            attempts.begin_factor(account)
        except TooManyAttempts:
            record_throttled(SECOND_FACTOR, user.username, find_user)
            raise
    outcome = Outcome()
    yield outcome
    if attempts is not None and outcome.is_right:
        attempts.forgive_factor(account)


@dataclass
class Outcome:
    """What became of an attempt."""

    is_right: bool = False


@contextmanager
def counted(name: str, kind: str) -> Iterator[Outcome]:
    """Count an attempt to prove that one is somebody; it has failed unless the outcome says else.

    Raises `TooManyAttempts`.
    """
    attempts: Attempts | None = current_app.extensions.get(_EXTENSION)
    address = request.remote_addr or ""
    if attempts is not None:
        try:
            attempts.begin(name, address)
        except TooManyAttempts:
            record_throttled(kind, name, find_user)
            raise
    outcome = Outcome()
    try:
        yield outcome
    finally:
        if attempts is not None and not outcome.is_right:
            attempts.fail(name, address)


def authenticate(name: str, password: str) -> User | None:
    """The active user with this name and password, here or else in the directory.

    One statement, one check of a hash, one question to the directory where there is one, and one
    write are made, whoever is asked for.
    """
    user = find_user(name)
    is_right = is_password_of(user, password)
    if user is not None and is_right:
        renew_hash(user, password)
    else:
        user, is_right = _ask_directory(user, name, password)
    db.session.execute(_success(user) if user is not None and is_right else _failure(user))
    if not is_right:
        record_event("log-in", outcome="failure", target=target_of(user, name))
    db.session.commit()
    if not is_right:
        logger.info("A sign-in was refused from %s", request.remote_addr if request else "")
    return user if is_right else None


def _ask_directory(user: User | None, name: str, password: str) -> tuple[User | None, bool]:
    """Whoever the directory knows; else the user of the name, and that the password is wrong."""
    try:
        found = authenticate_by_directory(name, password)
    except Unavailable:
        record_event("log-in", outcome="failure", target=target_of(user, name))
        raise
    return (found, True) if found is not None else (user, False)


def note_log_in(user: User) -> None:
    """Count a log-in that needed no password; committing is the caller's."""
    db.session.execute(_success(user))


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
