"""Which event is being delivered right here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


class LeaseLost(RuntimeError):
    """Another worker has taken the event over; what this one did for it must not count."""


class Cancelled(Exception):
    """Somebody wants the event that is being delivered to end; what it wrote is undone."""


@dataclass(frozen=True)
class Claim:
    """A try of one event; it is the latest as long as nobody has counted the tries up."""

    id: int
    attempts: int


_current: ContextVar[Claim | None] = ContextVar("claim", default=None)


def current_claim() -> Claim | None:
    """The event whose handler asks; None outside of one."""
    return _current.get()


@contextmanager
def delivering(claim: Claim) -> Iterator[None]:
    """Let handlers know which event they are told of."""
    token = _current.set(claim)
    try:
        yield
    finally:
        _current.reset(token)
