"""The signals that ring 1 owns; outer rings listen to them, and ring 1 never knows who does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blinker import Namespace

_namespace = Namespace()


@dataclass(frozen=True)
class Changes:
    """What one committed transaction changed.

    `keys` has the primary keys per table where the session knew the rows one by one. A table that
    is in `tables` and not in `keys` was changed by a statement that names no rows, or is the one
    between two models. `values` has those of the watched columns of these rows, before and after,
    by `table.column`; `unnamed` are the tables that a statement outside of a flush has changed.
    """

    tables: frozenset[str]
    keys: Mapping[str, frozenset[tuple[object, ...]]] = field(default_factory=dict)
    values: Mapping[str, frozenset[object]] = field(default_factory=dict)
    unnamed: frozenset[str] = frozenset()


rows_changed = _namespace.signal("rows-changed")
"""Sent after a commit: sender is the session's class, `changes` a `Changes`.

The session is between two transactions then, so a receiver must not use it.
"""


@dataclass(frozen=True)
class Occurrence:
    """Something that whoever records security events should know of.

    `stands_alone` says that it has happened whatever becomes of the open transaction.
    """

    kind: str
    outcome: str = "success"
    target: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)
    stands_alone: bool = False


noticed = _namespace.signal("noticed")
"""Sent when something happens that matters to security: sender is None, `occurrence` says what."""


def announce(kind: str, **values: Any) -> None:
    """Send an `Occurrence`; nobody may be listening."""
    noticed.send(None, occurrence=Occurrence(kind, **values))
