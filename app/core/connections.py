"""Notices a connection to PostgreSQL that has broken, before a request is given it.

A server that ends or is killed closes its connections, which the socket tells without asking the
server anything. Only a connection that has rested for long is asked: a firewall may have
forgotten it without a word.
"""

from __future__ import annotations

import select
import time
from typing import Any

from flask import has_app_context
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError

from app.core.cache import drop
from app.core.changes import EVERYTHING

ASK_AFTER_SECONDS = 30.0
CONNECTION = {
    "application_name": "bureau",
    "connect_timeout": 5,
    # A server that has vanished without a word is noticed after half a minute, not after hours.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "tcp_user_timeout": 30_000,
}
"""How PostgreSQL is reached, where the URL says nothing else."""

_USED_AT = "bureau_used_at"


def watch_connections(engine: Engine) -> None:
    """Replace all connections of the pool as soon as one of them is found to be broken."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
        named.update({name: value for name, value in CONNECTION.items() if name not in named})

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _fairy: Any) -> None:
        moment = time.monotonic()
        has_rested = moment - record.info.get(_USED_AT, moment) > ASK_AFTER_SECONDS
        record.info[_USED_AT] = moment
        if _has_news(connection) or (has_rested and not _answers(engine, connection)):
            raise InvalidatePoolError

    @event.listens_for(engine, "handle_error")
    def forget(context: ExceptionContext) -> None:
        # The commit that got no answer may have been done, and nobody has announced it.
        if context.is_disconnect and has_app_context():
            drop(EVERYTHING)


def _has_news(connection: Any) -> bool:
    """Whether something waits to be read, though nothing was asked: in nearly all cases the end."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    errors: Any = engine.dialect.loaded_dbapi.Error
    try:
        return bool(engine.dialect.do_ping(connection))
    except errors:
        return False
