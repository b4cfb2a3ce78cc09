"""Which function is told of which event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Payload = Mapping[str, Any]
Handler = Callable[[Payload], Mapping[str, Any] | None]
"""What it gives is kept with the event, as JSON."""


@dataclass(frozen=True)
class Failure:
    """A try that has failed; after the final one the event is on the dead list."""

    payload: Payload
    attempts: int
    is_final: bool
    error: Exception | None
    """What the handler raised; None where its worker was killed."""


FailureHandler = Callable[[Failure], None]

_handlers: dict[str, Handler] = {}
_failure_handlers: dict[str, FailureHandler] = {}
_labels: dict[str, Any] = {}


def handles(
    name: str, *, label: Any = None, on_failure: FailureHandler | None = None
) -> Callable[[Handler], Handler]:
    """Let the function be told of every event called `name`; one function for a name.

    `label` is what the screen of jobs calls it.

    It writes to the database through `db.session` and commits nothing itself: its writes and the
    mark that the event is delivered are one transaction, so they happen exactly once. What it does
    elsewhere, such as sending a mail, may happen again after a crash.

    What a handler writes is undone when it raises, so it cannot note that it has failed:
    `on_failure` can, in the transaction that puts the event off or on the dead list.
    """

    def register(handler: Handler) -> Handler:
        if _handlers.setdefault(name, handler) is not handler:
            raise ValueError(f"two handlers for {name!r}: an event has one")
        if label is not None:
            _labels[name] = label
        if on_failure is not None:
            _failure_handlers[name] = on_failure
        return handler

    return register


def known_handlers() -> Mapping[str, Handler]:
    """The handlers of this process, by the name of their event."""
    return MappingProxyType(_handlers)


def failure_handler(name: str) -> FailureHandler | None:
    """Who wants to know when an event of this name was not delivered."""
    return _failure_handlers.get(name)


def label_of(name: str) -> Any:
    """What people call the events of a name; the name itself where nobody says."""
    return _labels.get(name, name)


def forget_handler(name: str) -> None:
    """Undo `handles`, as tests do."""
    _handlers.pop(name, None)
    _failure_handlers.pop(name, None)
    _labels.pop(name, None)
