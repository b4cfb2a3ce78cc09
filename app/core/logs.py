"""What a log line looks like: JSON in production, readable elsewhere, always with the request."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from flask import Flask

_NAME = "bureau"
# They say at every start, or at every probe, what nobody needs to know.
CHATTY = {
    "alembic.runtime.migration": logging.WARNING,
    "flask_appbuilder.base": logging.WARNING,
    "flask_appbuilder.models.filters": logging.ERROR,
}


class RequestFilter(logging.Filter):
    """Adds the id of the request to every line."""

    def __init__(self, request_id: Callable[[], str]) -> None:
        super().__init__()
        self._request_id = request_id

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass."""
        record.request_id = self._request_id() or "-"
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines; a line break in a message cannot fake another line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record as JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", "-"),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class ReadableFormatter(logging.Formatter):
    """One line for people, whatever line breaks the message has."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s [%(request_id)s] %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """Write the line without the traceback, which follows on lines of its own."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")


class CurrentStderr(logging.StreamHandler[TextIO]):
    """Writes to what is the error stream now, not to what it was when logging was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        """The error stream of the process."""
        return sys.stderr

    @stream.setter
    def stream(self, stream: TextIO) -> None:
        """Ignored: there is only the one."""


def init_logs(app: Flask, request_id: Callable[[], str]) -> None:
    """Set up the log of the process; a second application in it replaces the first one's."""
    handler = CurrentStderr()
    handler.set_name(_NAME)
    handler.addFilter(RequestFilter(request_id))
    is_production = app.config.get("BUREAU_ENV") == "production"
    handler.setFormatter(JsonFormatter() if is_production else ReadableFormatter())
    root = logging.getLogger()
    for other in [item for item in root.handlers if item.get_name() == _NAME]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(app.config.get("BUREAU_LOG_LEVEL", "INFO"))
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)
