"""How many mails a minute may leave: each gets a moment of its own, whoever sends it."""

from __future__ import annotations

import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from app.core.clock import now
from app.extensions import db
from app.mail.models import MailPace

MINUTE_MS = 60_000
_pace: Any = MailPace.__table__


def is_paced() -> bool:
    """Whether this site sends so many mails a minute and no more."""
    return _per_minute() > 0


def next_moment() -> datetime.datetime:
    """The first moment that no other mail has, in the transaction of the caller.

    One statement takes it: of many workers that ask at once each gets another.
    """
    at = int(now().timestamp() * 1000)
    step = max(1, MINUTE_MS // _per_minute())
    mapper = sa.inspect(MailPace)
    is_postgres = db.session.get_bind(mapper=mapper).dialect.name == "postgresql"
    insert: Any = (postgresql.insert if is_postgres else sqlite.insert)(_pace)
    taken = sa.case((_pace.c.next_at > at, _pace.c.next_at), else_=at)
    statement = (
        insert.values(id=1, next_at=at + step)
        .on_conflict_do_update(index_elements=["id"], set_={"next_at": taken + step})
        .returning(_pace.c.next_at)
    )
    after: int = db.session.execute(statement, bind_arguments={"mapper": mapper}).scalar_one()
    return datetime.datetime.fromtimestamp((after - step) / 1000, datetime.UTC)


def _per_minute() -> int:
    return int(current_app.config.get("BUREAU_MAIL_PER_MINUTE", 0))
