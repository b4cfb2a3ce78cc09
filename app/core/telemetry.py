"""The outermost layer: what every response carries, and what is counted of every request."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask, has_request_context, request
from sqlalchemy import Engine, event

from app.core.logs import init_logs
from app.core.metrics import init_metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ID = "bureau.request_id"
_TALLY = "bureau.sql"
# Whatever else a caller sends as its id would be a way to write into the log.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


@dataclass
class SqlTally:
    """The statements of one request, and when it began."""

    count: int = 0
    seconds: float = 0.0
    began: float = field(default_factory=time.perf_counter)


class Telemetry:
    """The outermost layer of the application: built files and refused requests pass it too.

    It gives each response an id, and those of `headers` that it has not got already.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        headers: Mapping[str, str],
        shows_timing: bool,
    ) -> None:
        self._application = application
        self._headers = [(name.lower(), (name, value)) for name, value in headers.items()]
        self._shows_timing = shows_timing

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        identifier = environ[_ID] = _well_formed_id(environ.get("HTTP_X_REQUEST_ID"))
        tally = environ[_TALLY] = SqlTally()

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[..., Any]:
            given = {name.lower() for name, _value in headers}
            headers += [header for name, header in self._headers if name not in given]
            headers.append(("X-Request-ID", identifier))
            if self._shows_timing:
                timing = f'sql;desc="{tally.count}";dur={tally.seconds * 1000:.1f}'
                headers.append(("Server-Timing", timing))
            return start_response(status, headers, *rest)

        return self._application(environ, start)


def init_telemetry(app: Flask) -> None:
    """Set up logs and metrics; `web.py` puts `Telemetry` around the application."""
    init_logs(app, request_id)
    init_metrics(app, sql_tally)


def request_id() -> str:
    """The id of the current request; empty outside of one."""
    if not has_request_context():
        return ""
    found: str = request.environ.setdefault(_ID, "") or _well_formed_id(None)
    request.environ[_ID] = found
    return found


def sql_tally() -> SqlTally:
    """The statements of the current request so far."""
    if not has_request_context():
        return SqlTally()
    tally: SqlTally | None = request.environ.get(_TALLY)
    if tally is None:
        tally = request.environ[_TALLY] = SqlTally()
    return tally


def _well_formed_id(given: str | None) -> str:
    return given if given and _WELL_FORMED.fullmatch(given) else secrets.token_hex(16)


@event.listens_for(Engine, "before_cursor_execute")
def _start_statement(
    _conn: Any, _cursor: Any, _sql: Any, _args: Any, context: Any, _m: Any
) -> None:
    if has_request_context():
        tally = sql_tally()
        tally.count += 1
        context.bureau_tally = tally, time.perf_counter()


@event.listens_for(Engine, "after_cursor_execute")
def _end_statement(_conn: Any, _cursor: Any, _sql: Any, _args: Any, context: Any, _m: Any) -> None:
    found = getattr(context, "bureau_tally", None)
    if found is not None:
        tally, started = found
        tally.seconds += time.perf_counter() - started
