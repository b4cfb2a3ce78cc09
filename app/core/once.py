"""Makes a form or a call that is sent twice add one record.

The sender draws a key; the record is written together with that key, in one transaction, so the
second request finds the key and is answered with the first one's record. A refused save leaves no
key behind.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request
from flask_appbuilder import Model as FabModel
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.errors import BadParameter, Conflict, Forbidden, Invalid
from app.core.models import current_user_id
from app.core.types import UtcTime
from app.extensions import db

ONCE = "_once"
HEADER = "Idempotency-Key"
KEPT_FOR = datetime.timedelta(hours=24)
SWEPT_AT_ONCE = 100
MAX_KEY = 255
VISITOR = 0
# What may differ between two clicks on the buttons of one form.
_UNIMPORTANT = frozenset({"csrf_token", ONCE, "after", "next"})


class Once(FabModel):
    """A key that was used, and the record that was added with it."""

    __tablename__ = "core_once"
    __table_args__: Any = {}

    # No foreign key: visitors share the number 0, and all of it is gone after a day.
    owner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    row_key: Mapped[str | None] = mapped_column(sa.String(255))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime, index=True)


TABLE = sa.inspect(Once).local_table


class Repeated(Exception):
    """The record was added already; `row_key` says which it is."""

    def __init__(self, row_key: str) -> None:
        super().__init__(row_key)
        self.row_key = row_key


class KeyReused(Conflict):
    """The key was used for something else before."""

    code = "key_reused"


@dataclass(frozen=True)
class Ticket:
    """The key of one request, and what the request asks for."""

    owner_id: int
    key: str
    fingerprint: str

    def check(self) -> None:
        """Raise `Repeated` where the record was added already.

        Raises `KeyReused` where the key came with another content then.
        """
        found = _connection().execute(_FIND, self._named(created_at=now() - KEPT_FOR)).one_or_none()
        if found is None:
            return
        if found.fingerprint != self.fingerprint:
            raise KeyReused(
                _("This was saved before, with other values. Save again to add another record.")
            )
        if found.row_key is not None:
            raise Repeated(found.row_key)

    def claim(self) -> None:
        """Write the key into the transaction that is about to add the record.

        A request with the same key waits here for the first one to end: after its commit this
        raises as `check` does, after its rollback it goes on.
        """
        connection, moment = _connection(), now()
        values = self._named(
            fingerprint=self.fingerprint, created_at=moment, before=moment - KEPT_FOR
        )
        if connection.dialect.name == "postgresql":
            claimed = connection.execute(_SWEEP_AND_CLAIM, values)
        else:
            connection.execute(_SWEEP, values)
            claimed = connection.execute(_CLAIM, values)
        if not claimed.rowcount:
            db.session.rollback()
            self.check()
            raise KeyReused

    def settle(self, row_key: str) -> None:
        """Note the record that was added, still in its transaction."""
        _connection().execute(_SETTLE, self._named(written=row_key))

    def _named(self, **values: Any) -> dict[str, Any]:
        return {"owner": self.owner_id, "name": self.key, **values}


@contextmanager
def answered_once(ticket: Ticket | None) -> Iterator[None]:
    """Let a request that comes again be answered as the first was, not with a refusal.

    Its record may be what it is refused for. Raises as `Ticket.check` does.
    """
    try:
        yield
    except (Invalid, Forbidden):
        if ticket is not None:
            ticket.check()
        raise


def _connection() -> sa.Connection:
    """The connection of the session's transaction; nothing that waits in the session is flushed."""
    return db.session.connection(bind_arguments={"mapper": sa.inspect(Once)})


_IS_MINE = sa.and_(TABLE.c.owner_id == sa.bindparam("owner"), TABLE.c.key == sa.bindparam("name"))
_FIND = sa.select(TABLE.c.fingerprint, TABLE.c.row_key).where(
    _IS_MINE, TABLE.c.created_at >= sa.bindparam("created_at")
)
_SETTLE = sa.update(TABLE).where(_IS_MINE).values(row_key=sa.bindparam("written"))
_VALUES: dict[str, Any] = {
    "owner_id": sa.bindparam("owner"),
    "key": sa.bindparam("name"),
    "fingerprint": sa.bindparam("fingerprint"),
    "created_at": sa.bindparam("created_at"),
}
_IS_OLD = TABLE.c.created_at < sa.bindparam("before")
# An old key that nobody has swept away yet is as good as none.
_TAKEN_OVER = {
    "index_elements": ["owner_id", "key"],
    "set_": {**_VALUES, "row_key": None},
    "where": _IS_OLD,
}
_SWEEP = sa.delete(TABLE).where(_IS_OLD)
_CLAIM = sqlite.insert(TABLE).values(_VALUES).on_conflict_do_update(**_TAKEN_OVER)
# Whoever sweeps waits for nobody: somebody else may be waiting for this very key.
_FREE = (
    sa.select(TABLE.c.owner_id, TABLE.c.key)
    .where(_IS_OLD, sa.not_(_IS_MINE))
    .limit(SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_SWEEP_AND_CLAIM = (
    postgresql.insert(TABLE)
    .values(_VALUES)
    .on_conflict_do_update(**_TAKEN_OVER)
    .add_cte(sa.delete(TABLE).where(sa.tuple_(TABLE.c.owner_id, TABLE.c.key).in_(_FREE)).cte("old"))
)


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


def ticket_of_form() -> Ticket | None:
    """The ticket of the form that this request sends; None where the form has no key."""
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in _UNIMPORTANT]
    files = [(name, file.filename) for name, file in request.files.items(multi=True)]
    content = json.dumps([fields, files]).encode()
    return _ticket(request.form.get(ONCE, ""), content)


def ticket_of_call() -> Ticket | None:
    """The ticket of an API call, from its header; None where it has none."""
    return _ticket(request.headers.get(HEADER, ""), request.get_data())


def _ticket(key: str, content: bytes) -> Ticket | None:
    if not key:
        return None
    if len(key) > MAX_KEY or not key.isprintable():
        raise BadParameter(errors={HEADER: [_("Use at most %(count)d characters.", count=MAX_KEY)]})
    fingerprint = hashlib.sha256(request.path.encode() + b"\n" + content).hexdigest()
    return Ticket(current_user_id() or VISITOR, key, fingerprint)
