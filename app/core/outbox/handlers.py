"""Which function is told of which event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Payload = Mapping[str, Any]
Handler = Callable[[Payload], None]

_handlers: dict[str, Handler] = {}


def handles(name: str) -> Callable[[Handler], Handler]:
    """Let the function be told of every event called `name`; one function for a name.

    It writes to the database through `db.session` and commits nothing itself: its writes and the
    mark that the event is delivered are one transaction, so they happen exactly once. What it does
    elsewhere, such as sending a mail, may happen again after a crash.
    """

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(name, handler) is not handler:
            raise ValueError(f"two handlers for {name!r}: an event has one")
        return handler

    return register


def known_handlers() -> Mapping[str, Handler]:
    """The handlers of this process, by the name of their event."""
    return MappingProxyType(_handlers)


def forget_handler(name: str) -> None:
    """Undo `handles`, as tests do."""
    _handlers.pop(name, None)
