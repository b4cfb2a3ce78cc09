"""What a process does when it is told to stop: nothing new, and what it has begun within a bound.

Pages are short and are finished. A file that is sent while it is read may take minutes, so it is
cut when its grace is over: the answer then lacks its end, by which the reader's browser knows.
"""

from __future__ import annotations

import time

from flask import Flask, current_app

STOP_SECONDS = 10
"""How long requests may go on after the process was told to stop; then it ends all the same."""
FILE_SECONDS = 5.0
"""How long of that a file may go on; the rest is for noting that it was cut."""

_EXTENSION = "bureau_cut_at"


def begin_stop(app: Flask) -> None:
    """Note that the process stops; it is safe in a handler of a signal."""
    app.extensions.setdefault(_EXTENSION, time.monotonic() + FILE_SECONDS)


def must_cut() -> bool:
    """Whether a file that is being sent must end now."""
    cut_at: float | None = current_app.extensions.get(_EXTENSION)
    return cut_at is not None and time.monotonic() > cut_at
