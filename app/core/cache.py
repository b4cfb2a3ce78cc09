"""Cached values that know which tables they were made from, and go when one of them changes.

`cached()` keeps a value under its key, with the stamps of its tags; a commit that changes a table
renews the stamp of its tag, so that every process finds the value to be an old one. Values and
stamps are in Redis when there is one. Without it the values are in each process and the stamps in
a file that the processes of one machine share; only several machines need a Redis.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast
from weakref import WeakSet

import sqlalchemy as sa
from flask import Flask, current_app, has_app_context
from flask_caching.backends.base import BaseCache
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.orm import Mapper

from app.core.changes import tag_of
from app.core.signals import Changes, rows_changed
from app.core.stores import LocalStore, RedisStore, Store
from app.core.tagged import Leave, TaggedCache, person_tag
from app.core.versions import LocalVersions
from app.extensions import cache

T = TypeVar("T")


@dataclass(frozen=True)
class RowTag:
    """Stands for some rows of a table: a value from these is no older for a change of others."""

    names: tuple[str, ...]


Tag = type | sa.Table | str | RowTag

REDIS_TIMEOUT_SECONDS = 0.5
KEPT_SECONDS = 300
MAX_NAMED_ROWS = 200
"""Of a transaction that changes more rows of a table, every row of it counts as changed."""
SLOTS = 65_536
"""How many stamps there are for single rows; two rows of one slot drop each other's values."""
_EXTENSION = "bureau_cache"

_caches: WeakSet[TaggedCache] = WeakSet()


def init_cache(app: Flask) -> None:
    """Bind the cache: in Redis when `CACHE_REDIS_URL` is set, else in this process."""
    url = app.config.get("CACHE_REDIS_URL")
    store: Store
    if url:
        options = {
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
            "retry": Retry(NoBackoff(), 0),
        }
        cache.init_app(app, config={"CACHE_TYPE": "RedisCache", "CACHE_OPTIONS": options})
        client = Redis.from_url(url, **options)
        store = RedisStore(client, app.config.get("CACHE_KEY_PREFIX", ""), _values_of(app))
    else:
        cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
        folder = None if app.testing else app.config.get("BUREAU_INSTANCE")
        versions = LocalVersions(Path(folder, "cache-versions") if folder else None)
        store = LocalStore(versions, _values_of(app))
    tagged = TaggedCache(store, app.config.get("CACHE_DEFAULT_TIMEOUT", KEPT_SECONDS))
    app.extensions[_EXTENSION] = tagged
    _caches.add(tagged)


def _values_of(app: Flask) -> BaseCache:
    """Where Flask-Caching keeps the values of an application."""
    values: BaseCache = app.extensions["cache"][cache]
    return values


def cached(
    key: str,
    tags: Iterable[Tag],
    make: Callable[[], T],
    timeout: int | None = None,
    *,
    stale_seconds: float = 0,
    lag_seconds: float = 0,
    is_shared: bool = False,
) -> T:
    """The value kept under `key`; `make` is called when there is none.

    `tags` are the models, tables or other names the value is made from. `timeout` is in seconds;
    the setting CACHE_DEFAULT_TIMEOUT when not given. The value is pickled, so every caller gets a
    copy. A transaction that has changed one of the tags makes its own value and keeps it to
    itself until it is committed.

    With `stale_seconds` a request may get a value that was still true so many seconds ago, while
    another makes the new one; with `lag_seconds` nobody makes a new one for so long. Nobody gets
    a value from before something that they wrote themselves. Both are for what may lag, such as
    numbers of rows; never for what decides who may do what.

    In a process one thread makes a value and the others wait; with `is_shared` they do so in all
    the processes that share their values.
    """
    leave = Leave(lag_seconds, lag_seconds + stale_seconds)
    return _cache_of_app().get(key, tags_of(tags), make, timeout, leave, is_shared)


def row_tag(model: type, key: object) -> RowTag:
    """The tag of one row: a commit renews it that changes this row, or nobody knows which."""
    mapper: Mapper[Any] = sa.inspect(model)
    tag = tag_of(mapper.local_table)
    return RowTag((f"{tag}#", _slot(f"{tag}#{key}")))


def rows_tag(watched: str, value: object) -> RowTag:
    """The tag of the rows whose watched column has this value; see `watch` in `changes.py`."""
    return RowTag((f"{watched.rpartition('.')[0]}#", _slot(f"{watched}={value}")))


def statement_tag(table: sa.Table) -> RowTag:
    """The tag of a table between two models: only a statement that names no rows renews it.

    What a flush writes there belongs to the rows at its ends, which have tags of their own.
    """
    return RowTag((f"{tag_of(table)}#",))


def _slot(name: str) -> str:
    return f"row:{zlib.crc32(name.encode()) % SLOTS}"


def drop(*tags: Tag) -> None:
    """Make every value from these tags an old one, in every process."""
    _cache_of_app().drop(tags_of(tags))


def cache_is_ready() -> bool:
    """Whether the cache answers; without it everything works, only slower."""
    return _cache_of_app().is_ready()


def tags_of(tags: Iterable[Tag]) -> frozenset[str]:
    """The names of these tags; a model stands for every table it is mapped to."""
    names: set[str] = set()
    for tag in tags:
        if isinstance(tag, str):
            names.add(tag)
        elif isinstance(tag, RowTag):
            names.update(tag.names)
        elif isinstance(tag, sa.Table):
            names.add(tag_of(tag))
        else:
            mapper: Mapper[Any] = sa.inspect(tag)
            names.update(tag_of(table) for table in mapper.tables)
    return frozenset(names)


def _cache_of_app() -> TaggedCache:
    return cast("TaggedCache", current_app.extensions[_EXTENSION])


@rows_changed.connect
def _drop_changed(_sender: object, changes: Changes) -> None:
    own = current_app.extensions.get(_EXTENSION) if has_app_context() else None
    person = person_tag()
    tags = {*changes.tables, *_tags_of_rows(changes)} | ({person} if person else set())
    for tagged in [own] if own else list(_caches):
        tagged.drop(tags)


def _tags_of_rows(changes: Changes) -> Iterator[str]:
    """The names that `row_tag`, `rows_tag` and `statement_tag` give to what has changed."""
    for tag in changes.unnamed:
        yield f"{tag}#"
    for tag, keys in changes.keys.items():
        if len(keys) > MAX_NAMED_ROWS:
            yield f"{tag}#"
            continue
        yield from (_slot(f"{tag}#{','.join(map(str, key))}") for key in keys)
    for watched, values in changes.values.items():
        if len(values) <= MAX_NAMED_ROWS:
            yield from (_slot(f"{watched}={value}") for value in values)
        else:
            yield f"{watched.rpartition('.')[0]}#"
