"""Lets those who count rows before they add one do so one after another."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from app.core.once import Once
from app.extensions import db


def take_turn(name: str) -> None:
    """Wait until nobody else has the turn of this name; it ends with the transaction.

    Count after it: what was read before may be old by now.
    """
    mapper: Any = sa.inspect(Once)
    bind = {"mapper": mapper}
    if db.session.get_bind(mapper).dialect.name == "sqlite":
        # A write that changes nothing takes the lock of the database; no page is made from this
        # table, so that none is dropped.
        nothing = sa.update(mapper.local_table).values(row_key=None).where(sa.false())
        db.session.execute(nothing, bind_arguments=bind)
        return
    digest = blake2b(name.encode(), digest_size=8).digest()
    key = sa.literal(int.from_bytes(digest, signed=True), sa.BigInteger)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)), bind_arguments=bind)
