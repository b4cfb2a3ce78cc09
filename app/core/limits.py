"""How long the statements of a request may take, so that one cannot keep all others waiting.

A connection carries the limits of whoever it was last given to: requests are limited, commands,
migrations and the worker are not. PostgreSQL keeps the time itself; for SQLite, which works in
this process, a question every few thousand steps does.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, has_app_context, has_request_context
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

DEFAULT_SECONDS = 15
DEFAULT_EXPORT_SECONDS = 600
LOCK_SECONDS = 10
"""How long a statement waits for what another transaction holds; on SQLite that is everything."""
IDLE_SECONDS = 60
"""How long a request may hold a transaction open without asking anything: longer is a fault."""
SQLITE_STEPS = 20_000
"""How many steps SQLite does between two looks at the clock: about a millisecond."""

_LIMITS = "bureau_limits"
_CLOCK = "bureau_clock"


@dataclass(frozen=True)
class Limits:
    """Seconds, by what they limit; 0 is no limit."""

    statement: int
    lock: int
    idle: int

    def settings(self) -> dict[str, str]:
        """What PostgreSQL calls them, with their values as it reads them."""
        return {
            "statement_timeout": f"{self.statement}s",
            "lock_timeout": f"{self.lock}s",
            "idle_in_transaction_session_timeout": f"{self.idle}s",
        }


@dataclass
class Clock:
    """Until when the statement that runs on a connection to SQLite may go on."""

    until: float = math.inf
    is_stopped: bool = True
    """Whether the transaction may take as long as it likes."""
    seconds: float | None = None
    """How long each statement may take, where whoever asks can do with less than the answer."""

    def is_over(self) -> bool:
        """Whether the time is over; SQLite then ends the statement with an error."""
        return time.monotonic() > self.until


def limit_requests(engine: Engine, seconds: int) -> None:
    """Limit the statements of requests on this engine; `seconds` of 0 leaves them unlimited."""
    limits = Limits(seconds, LOCK_SECONDS, IDLE_SECONDS)
    if engine.dialect.name == "postgresql":
        _limit_postgresql(engine, limits)
    elif engine.dialect.name == "sqlite":
        _limit_sqlite(engine, limits)


def allow_an_export(session: Session, mapper: Any) -> None:
    """Let the transaction of a session take as long as exports may, until it ends.

    It is for what is sent while it is read: the reader's connection decides how fast that goes.
    """
    if not has_request_context():
        return
    connection = session.connection(bind_arguments={"mapper": mapper})
    if connection.dialect.name == "sqlite":
        clock: Clock | None = connection.info.get(_CLOCK)
        if clock is not None:
            clock.is_stopped = True
        return
    seconds = current_app.config.get("BUREAU_EXPORT_SECONDS", DEFAULT_EXPORT_SECONDS)
    wanted = Limits(seconds, LOCK_SECONDS, seconds).settings()
    del wanted["lock_timeout"]
    calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in wanted.items())
    connection.exec_driver_sql(f"SELECT {calls}")


def clock_of(connection: Connection) -> Clock | None:
    """What limits the statements on a connection to SQLite; None where nothing does."""
    found: Clock | None = connection.info.get(_CLOCK)
    return found


def statement_seconds() -> int:
    """How long a statement of this request may take; 0 where there is no limit."""
    found: int = (
        current_app.config.get("BUREAU_STATEMENT_SECONDS", DEFAULT_SECONDS)
        if has_app_context()
        else 0
    )
    return found


def _limit_postgresql(engine: Engine, limits: Limits) -> None:
    set_all = "; ".join(f"SET {name} = '{value}'" for name, value in limits.settings().items())
    # What the server's owner has set for this role holds again, which may be a limit as well.
    reset_all = "; ".join(f"RESET {name}" for name in limits.settings())

    @event.listens_for(engine, "checkout")
    def set_limits(connection: Any, record: Any, _fairy: Any) -> None:
        wanted = has_request_context()
        if record.info.get(_LIMITS, False) is wanted:
            return
        # Outside of a transaction, because a rollback would take it back.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(set_all if wanted else reset_all)
        connection.autocommit = False
        record.info[_LIMITS] = wanted


def _limit_sqlite(engine: Engine, limits: Limits) -> None:
    if not limits.statement:
        return

    @event.listens_for(engine, "connect")
    def watch(connection: Any, record: Any) -> None:
        clock = record.info[_CLOCK] = Clock()
        is_over: Callable[[], bool] = clock.is_over
        connection.set_progress_handler(is_over, SQLITE_STEPS)

    @event.listens_for(engine, "checkout")
    def begin(_connection: Any, record: Any, _fairy: Any) -> None:
        clock = record.info[_CLOCK]
        clock.is_stopped, clock.until = not has_request_context(), math.inf

    @event.listens_for(engine, "before_cursor_execute")
    def wind(connection: Connection, *_statement: Any) -> None:
        clock = connection.info[_CLOCK]
        is_limited = not clock.is_stopped and has_request_context()
        seconds = limits.statement if is_limited else math.inf
        clock.until = time.monotonic() + min(seconds, clock.seconds or math.inf)
