"""What is worked out once for each of a few things that people ask for, within one process."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key; when there are `size` of them, it begins anew.

    They must be the same for everybody who asks with the same key. Two threads that ask at once
    may both make one.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: dict[Hashable, T] = {}

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Any, make: Callable[[], T]) -> T:
        """What is kept under the key, made now if it is not there."""
        found = self._values.get(key)
        if found is None:
            found = make()
            if len(self._values) >= self._size:
                self._values.clear()
            self._values[key] = found
        return found
