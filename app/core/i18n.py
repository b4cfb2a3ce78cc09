"""Which language and time zone a request is answered in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from flask import Flask, current_app, has_request_context, request
from flask_babel import get_locale, refresh

from app.core.preferences import current_preferences
from app.core.texts import init_texts

AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)

_reader: ContextVar[tuple[str, str] | None] = ContextVar("reader", default=None)
"""Language and time zone of whom something is written for, where that is somebody else."""


def init_i18n(app: Flask) -> None:
    """Choose languages and time zones our way; call it after FAB's AppBuilder has made Babel.

    FAB's own selector keeps the language in the session, which it writes on a GET.
    """
    babel = app.extensions["babel"]
    babel.locale_selector = select_locale
    babel.timezone_selector = _selected_timezone
    init_texts(app)


def select_locale() -> str:
    """The user's language, else the cookie's, else the browser's, else the default."""
    reader = _reader.get()
    if reader is not None:
        return reader[0]
    if not has_request_context():
        return default_locale()
    return current_preferences().locale or _accepted_locale() or default_locale()


def select_timezone() -> str:
    """The user's time zone, else the cookie's, else the default."""
    reader = _reader.get()
    if reader is not None:
        return reader[1]
    return current_preferences().timezone or current_app.config["BABEL_DEFAULT_TIMEZONE"]


def _selected_timezone() -> ZoneInfo:
    # Of a mere name Flask-Babel would make a zone of pytz, which knows no summer after 2037.
    return ZoneInfo(select_timezone())


@contextmanager
def as_reader(locale: str | None, timezone: str | None = None) -> Iterator[None]:
    """Write what stands in the block for somebody else than whoever makes the request.

    Where they have chosen nothing, or a language that is no longer offered, it is the default.
    """
    known = locale if locale and locale in current_app.config["LANGUAGES"] else default_locale()
    token = _reader.set((known, timezone or current_app.config["BABEL_DEFAULT_TIMEZONE"]))
    # Flask-Babel remembers what it was told first.
    refresh()
    try:
        yield
    finally:
        _reader.reset(token)
        refresh()


def default_locale() -> str:
    """The language of those who have chosen none."""
    locale: str = current_app.config["BABEL_DEFAULT_LOCALE"]
    return locale


def current_locale() -> Locale:
    """The language of this request; outside one, the default."""
    return get_locale() or Locale.parse(default_locale())


def list_languages() -> list[tuple[str, str]]:
    """The languages to choose from: code, and the name its speakers call it by."""
    return [(code, language["name"]) for code, language in current_app.config["LANGUAGES"].items()]


def list_timezones() -> list[str]:
    """The time zones to choose from: those named after a place, and UTC."""
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(AREAS))]


def text_direction(locale: Locale | str | None = None) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    parsed = Locale.parse(locale) if isinstance(locale, str) else locale or current_locale()
    return parsed.text_direction


def _accepted_locale() -> str | None:
    """The best of what the browser asks for; `pt-BR` is content with `pt`."""
    known = {code.lower(): code for code in current_app.config["LANGUAGES"]}
    for wanted, quality in request.accept_languages:
        parts = wanted.lower().replace("-", "_").split("_") if quality else []
        while parts:
            found = known.get("_".join(parts))
            if found:
                return found
            parts.pop()
    return None
