"""The chain of security events: each one is sealed together with the one before it.

The seals are made with a key that is derived from SECRET_KEY and stands nowhere in the database.
Plain hashes would prove nothing against whoever can write to the database: they would change an
event and compute all later hashes anew.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from app.security.audit.models import THE_HEAD, EventHead, SecurityEvent

_PURPOSE = b"bureau security events"
_EVENTS: Any = SecurityEvent.__table__
_HEAD: Any = EventHead.__table__
_CONTENT = tuple(column.name for column in _EVENTS.columns if column.name != "hash")


def audit_keys(app: Flask | None = None) -> list[bytes]:
    """The keys of seals: those of former secret keys, the oldest first, and that of today."""
    config = (app or current_app).config
    secrets = [*reversed(config.get("SECRET_KEY_FALLBACKS") or ()), config["SECRET_KEY"]]
    return [hmac.digest(str(secret).encode(), _PURPOSE, hashlib.sha256) for secret in secrets]


def content_of(row: Mapping[str, Any]) -> bytes:
    """Everything an event says, and the hash of the one before, always written alike."""
    values = {name: _plain(row[name]) for name in _CONTENT}
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hash_of(row: Mapping[str, Any], key: bytes) -> str:
    """The hash that belongs to an event."""
    return hmac.digest(key, b"event:" + content_of(row), hashlib.sha256).hex()


def seal_of(count: int, last_hash: str, key: bytes) -> str:
    """The seal of the head; without it whoever cuts the end off could say the chain ends there."""
    return hmac.digest(key, f"head:{count}:{last_hash}".encode(), hashlib.sha256).hex()


def append(connection: sa.Connection, events: Sequence[dict[str, Any]]) -> None:
    """Write events at the end of the chain, with three statements for any number of them.

    The first one counts them in and so locks the head until the transaction ends.
    """
    where = _HEAD.c.id == THE_HEAD
    counted = sa.update(_HEAD).where(where).values(count=_HEAD.c.count + len(events))
    count, last_hash = connection.execute(counted.returning(_HEAD.c.count, _HEAD.c.hash)).one()
    key, rows = audit_keys()[-1], []
    for number, event in enumerate(events, start=count - len(events) + 1):
        row = {**event, "id": number, "previous_hash": last_hash}
        last_hash = row["hash"] = hash_of(row, key)
        rows.append(row)
    connection.execute(sa.insert(_EVENTS), rows)
    sealed = {"hash": last_hash, "seal": seal_of(count, last_hash, key)}
    connection.execute(sa.update(_HEAD).where(where).values(sealed))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return str(value.value) if hasattr(value, "value") else value
