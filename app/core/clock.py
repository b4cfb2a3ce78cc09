"""The one place that asks the machine what time it is, so that a test can answer instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware and in UTC."""
    return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("A clock needs an aware time")
        self._at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the clock; a negative interval moves it back."""
        self._at += by


_clock: Clock = system_clock


def now() -> datetime:
    """The current time, aware and in UTC."""
    return _clock()


@contextmanager
def use_clock(clock: Clock) -> Iterator[Clock]:
    """Let `now()` ask `clock` inside the block, in every thread."""
    global _clock  # noqa: PLW0603 (a server answers in other threads than the test that set it)
    previous, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = previous
