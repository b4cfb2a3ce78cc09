"""Cached values that know which tables they were made from, and go when one of them changes.

`cached()` keeps a value under its key and the versions of its tags; a commit that changes a table
renews the version of its tag, so that no process finds the old value again. Values and versions
are in Redis when there is one. Without it the values are in each process and the versions in a
file that the processes of one machine share; only several machines need a Redis.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast
from weakref import WeakSet

import sqlalchemy as sa
from flask import Flask, current_app, has_app_context
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy.orm import Mapper

from app.core.changes import EVERYTHING, OpenTransaction, open_transaction, tag_of
from app.core.outage import Outage
from app.core.signals import Changes, rows_changed
from app.core.versions import LocalVersions, RedisVersions, Versions
from app.extensions import cache, db

T = TypeVar("T")
Tag = type | sa.Table | str

REDIS_TIMEOUT_SECONDS = 0.5
MAKER_TIMEOUT_SECONDS = 10
_EXTENSION = "bureau_cache"
_ERRORS = (RedisError, OSError)


class TaggedCache:
    """The cache of one application."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._makers = KeyLocks()
        self.outage = Outage("The cache", _ERRORS, lambda: versions.renew([EVERYTHING]))

    def get(self, key: str, tags: frozenset[str], make: Callable[[], T], timeout: int | None) -> T:
        """The value under `key`, made now if there is none."""
        if _sees_uncommitted(tags):
            return make()
        names = sorted(tags | {EVERYTHING})
        nothing: tuple[int, ...] = ()
        stamps = self.outage.attempt(lambda: self._versions.read(names), nothing)
        if not stamps:
            return make()
        full_key = f"{key}@{'.'.join(f'{stamp:x}' for stamp in stamps)}"
        held = self._find(full_key)
        if held is None:
            with self._makers.hold(full_key):
                held = self._find(full_key) or self._make(full_key, tags, stamps, make, timeout)
        return cast("T", held[0])

    def drop(self, tags: Iterable[str]) -> None:
        """Drop every value made from these tags, in every process.

        During an outage there is nothing to do: when it is over, everything is dropped.
        """
        self.outage.tell(lambda: self._versions.renew(tags))

    def _find(self, full_key: str) -> tuple[Any] | None:
        try:
            return self.outage.attempt(lambda: cache.get(full_key), None)
        except (pickle.UnpicklingError, AttributeError, ImportError):
            # A class that was renamed since makes an old value unreadable, which is just a miss.
            return None

    def _make(
        self,
        full_key: str,
        tags: frozenset[str],
        stamps: tuple[int, ...],
        make: Callable[[], Any],
        timeout: int | None,
    ) -> tuple[Any]:
        """Make a value; keep it unless it was made from what others cannot or can no longer see."""
        held = (make(),)
        transaction = _current_transaction()
        # A transaction that began before the last change may still show the rows of before it.
        is_old = transaction is not None and transaction.began_ns <= max(stamps)
        if not is_old and not _sees_uncommitted(tags):
            self.outage.attempt(lambda: cache.set(full_key, held, timeout=timeout), None)
        return held


class KeyLocks:
    """One lock per key for as long as somebody needs it, so that one thread makes a value."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, tuple[threading.RLock, int]] = {}

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Wait for whoever makes this value, though not for one that takes too long."""
        with self._guard:
            lock, users = self._locks.get(key, (threading.RLock(), 0))
            self._locks[key] = (lock, users + 1)
        is_held = lock.acquire(timeout=MAKER_TIMEOUT_SECONDS)
        try:
            yield
        finally:
            if is_held:
                lock.release()
            with self._guard:
                lock, users = self._locks.pop(key)
                if users > 1:
                    self._locks[key] = (lock, users - 1)


_caches: WeakSet[TaggedCache] = WeakSet()


def init_cache(app: Flask) -> None:
    """Bind the cache: in Redis when `CACHE_REDIS_URL` is set, else in this process."""
    url = app.config.get("CACHE_REDIS_URL")
    if url:
        options = {
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
            "retry": Retry(NoBackoff(), 0),
        }
        cache.init_app(app, config={"CACHE_TYPE": "RedisCache", "CACHE_OPTIONS": options})
        client = Redis.from_url(url, **options)
        tagged = TaggedCache(RedisVersions(client, app.config["CACHE_KEY_PREFIX"]))
    else:
        cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
        folder = None if app.testing else app.config.get("BUREAU_INSTANCE")
        tagged = TaggedCache(LocalVersions(Path(folder, "cache-versions") if folder else None))
    app.extensions[_EXTENSION] = tagged
    _caches.add(tagged)


def cached(key: str, tags: Iterable[Tag], make: Callable[[], T], timeout: int | None = None) -> T:
    """The value kept under `key`; `make` is called when there is none.

    `tags` are the models, tables or other names the value is made from. `timeout` is in seconds;
    the setting CACHE_DEFAULT_TIMEOUT when not given. The value is pickled, so every caller gets a
    copy. A transaction that has changed one of the tags makes its own value and keeps it to
    itself until it is committed.
    """
    return _cache_of_app().get(key, tags_of(tags), make, timeout)


def drop(*tags: Tag) -> None:
    """Drop every value made from these tags, in every process."""
    _cache_of_app().drop(tags_of(tags))


def cache_is_ready() -> bool:
    """Whether the cache answers; without it everything works, only slower."""
    tagged = _cache_of_app()
    tagged.outage.attempt(lambda: cache.get("ready"), None)
    return not tagged.outage.is_on


def tags_of(tags: Iterable[Tag]) -> frozenset[str]:
    """The names of these tags; a model stands for every table it is mapped to."""
    names: set[str] = set()
    for tag in tags:
        if isinstance(tag, str):
            names.add(tag)
        elif isinstance(tag, sa.Table):
            names.add(tag_of(tag))
        else:
            mapper: Mapper[Any] = sa.inspect(tag)
            names.update(tag_of(table) for table in mapper.tables)
    return frozenset(names)


def _cache_of_app() -> TaggedCache:
    return cast("TaggedCache", current_app.extensions[_EXTENSION])


def _current_transaction() -> OpenTransaction | None:
    return open_transaction(db.session()) if db.session.registry.has() else None


def _sees_uncommitted(tags: frozenset[str]) -> bool:
    transaction = _current_transaction()
    return transaction is not None and transaction.has_changed(tags)


@rows_changed.connect
def _drop_changed(_sender: object, changes: Changes) -> None:
    own = current_app.extensions.get(_EXTENSION) if has_app_context() else None
    for tagged in [own] if own else list(_caches):
        tagged.drop(changes.tables)
