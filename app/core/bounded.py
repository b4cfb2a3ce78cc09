"""Questions that may be answered with less: they are ended when they take too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.core.limits import clock_of, statement_seconds

CANCELED = "57014"
LEAVE_ATTEMPTS = 4
_BEGIN = "SAVEPOINT bureau_bounded"
# What was set within the block goes with it, so nothing has to be remembered and set back.
_END = "ROLLBACK TO SAVEPOINT bureau_bounded; RELEASE SAVEPOINT bureau_bounded"


class TookTooLong(Exception):
    """A statement was ended; the transaction goes on as if it had not been sent."""


@contextmanager
def at_most(
    connection: Connection, seconds: float, settings: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Let no statement of the block run longer than so many seconds; it must only read.

    It is never longer than statements of requests may take at all. Raises `TookTooLong` where one
    was ended. `settings` are PostgreSQL's, for the block alone; they come from the code only.
    """
    seconds = min(seconds, statement_seconds() or seconds)
    if connection.dialect.name == "sqlite":
        with _sqlite(connection, seconds):
            yield
        return
    if connection.dialect.name != "postgresql":
        yield
        return
    wanted = {"statement_timeout": f"{max(1, round(seconds * 1000))}", **(settings or {})}
    changes = "; ".join(f"SET LOCAL {name} = {value}" for name, value in wanted.items())
    connection.exec_driver_sql(f"{_BEGIN}; {changes}")
    try:
        yield
    except OperationalError as error:
        if not _is_canceled(error):
            raise
        _leave(connection)
        raise TookTooLong from error
    _leave(connection)


def _leave(connection: Connection) -> None:
    """End the block. On a busy machine even that may take longer than the block allows."""
    for attempt in range(1, LEAVE_ATTEMPTS + 1):
        try:
            connection.exec_driver_sql(_END)
            return
        except OperationalError as error:
            if attempt == LEAVE_ATTEMPTS or not _is_canceled(error):
                raise


def _is_canceled(error: OperationalError) -> bool:
    return getattr(error.orig, "pgcode", None) == CANCELED


@contextmanager
def _sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    clock = clock_of(connection)
    if clock is None:
        yield
        return
    clock.seconds = seconds
    try:
        yield
    except OperationalError as error:
        if str(error.orig) == "interrupted":
            raise TookTooLong from error
        raise
    finally:
        clock.seconds = None
