"""The tagged cache itself: when a kept value is given, who makes a new one, and who waits for it.

A value whose caller says so may be old for some seconds: while one request makes the new one, the
others get the old one, and wait for nothing. Whoever has written something sees what they wrote.
"""

from __future__ import annotations

import math
import pickle
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, cast

import sqlalchemy as sa
from flask import g, has_request_context
from redis.exceptions import RedisError

from app.core.changes import EVERYTHING, OpenTransaction, open_transaction
from app.core.outage import Outage
from app.core.stores import Look, Store
from app.extensions import db

T = TypeVar("T")

MAKER_TIMEOUT_SECONDS = 10
LOOK_AGAIN_SECONDS = 0.05
MAX_SEEN = 2_000
OLD = -1
_ERRORS = (RedisError, OSError)


class Leave(NamedTuple):
    """For how many seconds after it was true a value may be given."""

    unasked: float
    """While nobody makes a new one."""
    meanwhile: float
    """While somebody makes the new one."""


@dataclass(frozen=True)
class Wanted:
    """A value that somebody asks for."""

    key: str
    tags: tuple[str, ...]
    """What it is made from; `EVERYTHING` comes first."""
    make: Callable[[], Any]
    seconds: int
    leave: Leave
    person: str | None
    """The tag of whoever asks; None where no old value may be given."""
    is_shared: bool = False
    """Whether only one of the processes that share their values may make it at a time."""


class Held(NamedTuple):
    """A value as it lies in the store."""

    stamps: tuple[int, ...]
    """Those of its tags before it was made; one more where it was old from the beginning."""
    true_ns: int
    """When it was true."""
    value: Any


class Found(NamedTuple):
    """What a look has found: the stamps of now, perhaps a value, and what it is good for."""

    stamps: tuple[int, ...]
    held: Held | None
    is_current: bool
    """Whether it may be given to anybody, with no more ado."""
    is_usable: bool
    """Whether the value may be given while somebody makes the new one."""


class TaggedCache:
    """The cache of one application."""

    def __init__(self, store: Store, default_seconds: int) -> None:
        self._store = store
        self._default_seconds = default_seconds
        self._makers = KeyLocks()
        self._seen: dict[str, tuple[tuple[int, ...], int]] = {}
        self.outage = Outage("The cache", _ERRORS, lambda: store.renew([EVERYTHING]))

    def get(
        self,
        key: str,
        tags: frozenset[str],
        make: Callable[[], T],
        timeout: int | None,
        leave: Leave,
        is_shared: bool = False,
    ) -> T:
        """The value under `key`, made now if there is none."""
        if _sees_uncommitted(tags):
            return make()
        person = person_tag() if leave.meanwhile else None
        names = (EVERYTHING, *sorted(tags - {EVERYTHING}))
        seconds = self._default_seconds if timeout is None else timeout
        is_shared = is_shared or bool(leave.meanwhile)
        wanted = Wanted(key, names, make, seconds, leave, person, is_shared)
        found = self._look(wanted)
        if found is None:
            return make()
        if found.is_current and found.held:
            return cast("T", found.held.value)
        patience = 0 if found.is_usable else MAKER_TIMEOUT_SECONDS
        with self._makers.hold(key, patience) as is_alone:
            if not is_alone and found.is_usable and found.held:
                return cast("T", found.held.value)
            return cast("T", self._made_once(wanted))

    def drop(self, tags: Iterable[str]) -> None:
        """Make every value from these tags an old one, in every process.

        During an outage there is nothing to do: when it is over, everything is old.
        """
        self.outage.tell(lambda: self._store.renew(tags))

    def is_ready(self) -> bool:
        """Whether the store answers."""
        self.outage.attempt(lambda: self._store.look("ready", (EVERYTHING,), None), None)
        return not self.outage.is_on

    def _look(self, wanted: Wanted) -> Found | None:
        """What is there now; None while the store is away."""
        looked_ns = time.time_ns()
        look = self.outage.attempt(
            lambda: self._store.look(wanted.key, wanted.tags, wanted.person), None
        )
        if look is None:
            return None
        held = _unpickled(look.data)
        if held is None:
            return Found(look.stamps, None, False, False)
        if held.stamps == look.stamps:
            if wanted.leave.meanwhile:
                self._note_seen(wanted.key, look.stamps, looked_ns)
            return Found(look.stamps, held, True, False)
        age = self._age(wanted, held, look, looked_ns)
        leave = wanted.leave
        return Found(look.stamps, held, age < leave.unasked, age < leave.meanwhile)

    def _age(self, wanted: Wanted, held: Held, look: Look, looked_ns: int) -> float:
        """For how many seconds a value that is old may have been so, for whoever asks.

        It is counted from when the value was still true, however many changes there were since.
        """
        if wanted.person is None or held.stamps[0] != look.stamps[0]:
            return math.inf
        stamps, seen_ns = self._seen.get(wanted.key, ((), 0))
        true_ns = max(held.true_ns, seen_ns if stamps == held.stamps else 0)
        has_written_since = look.written_ns > true_ns
        return math.inf if has_written_since else (looked_ns - true_ns) / 1e9

    def _note_seen(self, key: str, stamps: tuple[int, ...], moment_ns: int) -> None:
        if len(self._seen) >= MAX_SEEN:
            self._seen.clear()
        self._seen[key] = (stamps, moment_ns)

    def _made_once(self, wanted: Wanted) -> Any:
        """The value, made here unless another process has made it, or makes it now."""
        is_shared = wanted.is_shared
        until = time.monotonic() + MAKER_TIMEOUT_SECONDS
        while True:
            is_maker = not is_shared or self._claim(wanted.key)
            try:
                found = self._look(wanted)
                if found is None:
                    return wanted.make()
                if found.held and (found.is_current or (found.is_usable and not is_maker)):
                    return found.held.value
                if is_maker or time.monotonic() > until:
                    return self._make(wanted, found.stamps)
            finally:
                if is_maker and is_shared:
                    self.outage.attempt(lambda: self._store.release(wanted.key), None)
            time.sleep(LOOK_AGAIN_SECONDS)

    def _claim(self, key: str) -> bool:
        return self.outage.attempt(lambda: self._store.claim(key, MAKER_TIMEOUT_SECONDS), True)

    def _make(self, wanted: Wanted, stamps: tuple[int, ...]) -> Any:
        """Make a value; keep it unless it was made from what others cannot see."""
        true_ns = time.time_ns()
        value = wanted.make()
        if _sees_uncommitted(frozenset(wanted.tags)):
            return value
        transaction = _current_transaction()
        began_ns = transaction.began_ns if transaction is not None else true_ns
        # A transaction that began before the last change may still show the rows of before it.
        is_old = began_ns <= max(stamps)
        if is_old and (not wanted.leave.meanwhile or began_ns <= stamps[0]):
            return value
        held = Held((*stamps, OLD) if is_old else stamps, min(true_ns, began_ns), value)
        data = pickle.dumps(held)
        self.outage.attempt(lambda: self._store.keep(wanted.key, data, wanted.seconds), None)
        return value


class KeyLocks:
    """One lock per key for as long as somebody needs it, so that one thread makes a value."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.RLock, int]] = {}

    @contextmanager
    def hold(self, key: str, patience: float) -> Iterator[bool]:
        """Wait so many seconds for whoever makes this value; gives whether nobody does any more."""
        with self._guard:
            lock, users = self._locks.get(key, (threading.RLock(), 0))
            self._locks[key] = (lock, users + 1)
        is_held = lock.acquire(timeout=patience)
        try:
            yield is_held
        finally:
            if is_held:
                lock.release()
            with self._guard:
                lock, users = self._locks.pop(key)
                if users > 1:
                    self._locks[key] = (lock, users - 1)


def _current_transaction() -> OpenTransaction | None:
    return open_transaction(db.session()) if db.session.registry.has() else None


def _sees_uncommitted(tags: frozenset[str]) -> bool:
    transaction = _current_transaction()
    return transaction is not None and transaction.has_changed(tags)


def _unpickled(data: bytes | None) -> Held | None:
    try:
        return pickle.loads(data) if data else None  # noqa: S301 (written by ourselves)
    except (pickle.UnpicklingError, AttributeError, ImportError, TypeError):
        # A class that was renamed since makes an old value unreadable, which is just a miss.
        return None


def person_tag() -> str | None:
    """The tag of whoever makes this request; None outside of one, where nothing may be old."""
    if not has_request_context():
        return None
    # Only who is known already, and nothing that would have to be read: this is asked between two
    # transactions too.
    user = g.get("_login_user")
    state = sa.inspect(user, raiseerr=False)
    return f"person:{getattr(user, 'id', None) if state is None else state.identity}"
