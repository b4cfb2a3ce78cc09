"""Where cached values are kept, beside the stamps that tell whether they are still true."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from flask_caching.backends.base import BaseCache
from redis import Redis

from app.core.versions import LocalVersions, RedisVersions


class Look(NamedTuple):
    """What a look into the store finds, all at once."""

    stamps: tuple[int, ...]
    """Those of the tags asked for, in their order."""
    written_ns: int
    """When the person asked for has last written anything; 0 where nobody knows."""
    data: bytes | None


class Store(Protocol):
    """Values as bytes, and the stamps of tags."""

    def look(self, key: str, tags: Sequence[str], person: str | None) -> Look:
        """The value under `key`, and the stamps of now."""

    def keep(self, key: str, data: bytes, seconds: int) -> None:
        """Keep a value for so long."""

    def renew(self, tags: Iterable[str]) -> None:
        """Stamp these tags with the time of now."""

    def claim(self, key: str, seconds: int) -> bool:
        """Whether this process may make the value; no other may until it releases it."""

    def release(self, key: str) -> None:
        """Let others make the value."""


class LocalStore:
    """Values in the memory of this process."""

    def __init__(self, versions: LocalVersions, values: BaseCache) -> None:
        self._versions = versions
        self._values = values
        # Flask-Caching's store throws out old values in a loop that no other thread may disturb.
        self._lock = threading.Lock()
        self.renew = versions.renew

    def look(self, key: str, tags: Sequence[str], person: str | None) -> Look:
        """The value under `key`, and the stamps of now."""
        *stamps, written_ns = self._versions.read((*tags, person or ""))
        with self._lock:
            data = self._values.get(key)
        return Look(tuple(stamps), written_ns if person else 0, data)

    def keep(self, key: str, data: bytes, seconds: int) -> None:
        """Keep a value for so long."""
        with self._lock:
            self._values.set(key, data, timeout=seconds)

    def claim(self, _key: str, _seconds: int) -> bool:
        """No other process can see what is made here, so there is nobody to wait for."""
        return True

    def release(self, key: str) -> None:
        """There is nothing to give back."""


class RedisStore:
    """Values in Redis, for processes on any number of machines."""

    def __init__(self, client: Redis, prefix: str, values: BaseCache) -> None:
        self._client = client
        self._values = values
        self._prefix = prefix
        self._versions = RedisVersions(client, prefix)
        self._token = secrets.token_bytes(12)
        self.renew = self._versions.renew

    def look(self, key: str, tags: Sequence[str], person: str | None) -> Look:
        """The value under `key`, and the stamps of now."""
        names = self._versions.names((*tags, person or ""))
        found: list[Any] = self._client.mget(names)
        *stamps, written_ns = found
        if None in stamps:
            # What was made before Redis lost a stamp cannot be known to be true.
            return Look(self._versions.read(tags), 0, None)
        data = self._values.get(key)
        return Look(tuple(map(int, stamps)), int(written_ns or 0), data)

    def keep(self, key: str, data: bytes, seconds: int) -> None:
        """Keep a value for so long."""
        self._values.set(key, data, timeout=seconds)

    def claim(self, key: str, seconds: int) -> bool:
        """Whether this process may make the value; no other may until it releases it."""
        return bool(self._client.set(self._maker(key), self._token, ex=seconds, nx=True))

    def release(self, key: str) -> None:
        """Let others make the value."""
        if self._client.get(self._maker(key)) == self._token:
            self._client.delete(self._maker(key))

    def _maker(self, key: str) -> str:
        return f"{self._prefix}maker:{key}"
