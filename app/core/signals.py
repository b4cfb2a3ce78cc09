"""The signals that ring 1 owns; outer rings listen to them, and ring 1 never knows who does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blinker import Namespace

_namespace = Namespace()


@dataclass(frozen=True)
class Changes:
    """What one committed transaction changed.

    `keys` has the primary keys per table where the session knew the rows one by one. A table that
    is in `tables` and not in `keys` was changed by a statement that names no rows.
    """

    tables: frozenset[str]
    keys: Mapping[str, frozenset[tuple[object, ...]]] = field(default_factory=dict)


rows_changed = _namespace.signal("rows-changed")
"""Sent after a commit: sender is the session's class, `changes` a `Changes`.

The session is between two transactions then, so a receiver must not use it.
"""
