"""Version stamps of tags, shared by every process that shares the cache.

A cached value is kept under its key and the stamps of its tags. Stamping a tag anew therefore
drops every value made from it, at once and everywhere, without knowing which there are. A stamp
is the time of the change in nanoseconds, so it also tells whether a snapshot is older.
"""

from __future__ import annotations

import logging
import mmap
import os
import struct
import time
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from redis import Redis

logger = logging.getLogger(__name__)

SLOTS = 8192
_STAMP = struct.Struct("=q")


class Versions(Protocol):
    """The stamps of tags."""

    def read(self, tags: Sequence[str]) -> tuple[int, ...]:
        """The stamps of these tags, in their order."""

    def renew(self, tags: Iterable[str]) -> None:
        """Stamp these tags with the time of now."""


class LocalVersions:
    """Stamps in memory that all processes of this machine share through one small file.

    The server, a worker and the commands of the same installation see each other's changes this
    way without a Redis. Tags share slots when their hashes collide, which drops a value too many
    and never one too few. Without a path, or where the file cannot be written, the memory belongs
    to this process and those it forks.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._memory = _map(path)

    def read(self, tags: Sequence[str]) -> tuple[int, ...]:
        """The stamps of these tags, in their order."""
        return tuple(_STAMP.unpack_from(self._memory, _offset(tag))[0] for tag in tags)

    def renew(self, tags: Iterable[str]) -> None:
        """Stamp these tags with the time of now."""
        for tag in tags:
            _STAMP.pack_into(self._memory, _offset(tag), time.time_ns())


class RedisVersions:
    """Stamps in Redis, for processes on any number of machines."""

    def __init__(self, client: Redis, prefix: str) -> None:
        self._client = client
        self._prefix = f"{prefix}version:"

    def read(self, tags: Sequence[str]) -> tuple[int, ...]:
        """The stamps of these tags, in their order."""
        names = self.names(tags)
        found = self._client.mget(names)
        if None in found:
            # A stamp that Redis has lost must never come back as one it had before. It is
            # negative, because nobody knows of a change at this time.
            for name in names:
                self._client.set(name, -time.time_ns(), nx=True)
            found = self._client.mget(names)
        return tuple(int(stamp or 0) for stamp in found)

    def renew(self, tags: Iterable[str]) -> None:
        """Stamp these tags with the time of now."""
        self._client.mset(dict.fromkeys(self.names(tags), time.time_ns()))

    def names(self, tags: Iterable[str]) -> list[str]:
        """The names under which Redis has the stamps of these tags."""
        return [f"{self._prefix}{tag}" for tag in tags]


def _map(path: Path | None) -> mmap.mmap:
    size = SLOTS * _STAMP.size
    if path is not None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.ftruncate(descriptor, size)
                return mmap.mmap(descriptor, size)
            finally:
                os.close(descriptor)
        except OSError as error:
            logger.warning("Other processes will not drop cached values of this one: %s", error)
    return mmap.mmap(-1, size)


@lru_cache(SLOTS)
def _offset(tag: str) -> int:
    return zlib.crc32(tag.encode()) % SLOTS * _STAMP.size
