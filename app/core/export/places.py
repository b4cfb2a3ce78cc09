"""How many exports may be under way at once: each holds a thread and a connection for minutes."""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore

from flask import current_app
from flask_babel import lazy_gettext as _

from app.core.errors import Unavailable

DEFAULT_PLACES = 2
RETRY_SECONDS = 20
_EXTENSION = "bureau_export_places"


class TooManyExports(Unavailable):
    """This process writes as many files as it may; pages must be answered too."""

    code = "busy"
    headers = (("Retry-After", str(RETRY_SECONDS)),)

    def __init__(self) -> None:
        super().__init__(
            _("Other people are downloading large files at this moment."),
            advice=_("Try again in half a minute."),
        )


def begin_export() -> Callable[[], None]:
    """Take a place, and return the function that gives it back; raises `TooManyExports`."""
    count = current_app.config.get("BUREAU_EXPORTS_AT_ONCE", DEFAULT_PLACES)
    places: BoundedSemaphore = current_app.extensions.setdefault(
        _EXTENSION, BoundedSemaphore(count)
    )
    if not places.acquire(blocking=False):
        raise TooManyExports
    return places.release
