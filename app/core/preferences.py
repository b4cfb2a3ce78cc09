"""What a person has chosen: theme, density, language, time zone.

A signed-in user's choice is kept with the account, by whoever registered to keep it; everybody's
is kept in cookies, so that the log-in page looks the same and a visitor can choose as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, current_app, has_request_context, redirect, request
from flask_babel import gettext as _, refresh
from werkzeug.wrappers import Response

from app.core.errors import BadParameter
from app.core.redirects import came_from, safe_next

THEMES = ("system", "light", "dark")
DENSITIES = ("cosy", "compact")
COOKIE_AGE = timedelta(days=365)

_EXTENSION = "bureau_preferences"
_CACHED = "bureau.preferences"
blueprint = Blueprint("preferences", __name__)


@dataclass(frozen=True)
class Preferences:
    """What was chosen; an empty language or time zone means that nothing was."""

    theme: str = THEMES[0]
    density: str = DENSITIES[0]
    locale: str = ""
    timezone: str = ""


Choice = Mapping[str, str | None]
Provider = Callable[[], Choice | None]
Saver = Callable[[Mapping[str, str]], None]


@dataclass
class PreferencesRegistry:
    """Who knows and keeps the choices of a signed-in user; the security package registers."""

    provider: Provider = lambda: None
    saver: Saver = lambda _chosen: None


def init_preferences(app: Flask) -> None:
    """Serve `POST /preferences/`."""
    app.extensions.setdefault(_EXTENSION, PreferencesRegistry())
    app.register_blueprint(blueprint)


def register_preferences(app: Flask, provider: Provider, saver: Saver) -> None:
    """Let `provider` give the signed-in user's choices and `saver` keep them.

    Both are called for visitors too: the one gives None then, and the other does nothing.
    """
    app.extensions[_EXTENSION] = PreferencesRegistry(provider, saver)


def current_preferences() -> Preferences:
    """The choices of whoever makes this request: the account's, else the cookies', else none."""
    if not has_request_context():
        return Preferences()
    found: Preferences | None = request.environ.get(_CACHED)
    if found is None:
        registry: PreferencesRegistry | None = current_app.extensions.get(_EXTENSION)
        of_user = (registry.provider() if registry else None) or {}
        found = replace(Preferences(), **(_valid(request.cookies) | _valid(of_user)))
        request.environ[_CACHED] = found
    return found


def forget_preferences() -> None:
    """Ask anew for the choices; it is only now known who makes this request."""
    if request.environ.pop(_CACHED, None) is not None:
        refresh()


def is_valid(name: str, value: str) -> bool:
    """Whether `value` can be chosen for the preference `name`.

    An empty language or time zone takes the choice back.
    """
    if name == "theme":
        return value in THEMES
    if name == "density":
        return value in DENSITIES
    if name == "locale":
        return not value or value in current_app.config["LANGUAGES"]
    return name == "timezone" and (not value or _is_timezone(value))


@blueprint.post("/preferences/")
def save_preferences() -> Response:
    """Keep what was chosen, and go back to the page one was on."""
    chosen = {name: request.form[name] for name in _NAMES if name in request.form}
    errors = {
        name: [_("%(value)s cannot be chosen here.", value=value)]
        for name, value in chosen.items()
        if not is_valid(name, value)
    }
    if errors or not chosen:
        raise BadParameter(errors=errors)
    registry: PreferencesRegistry = current_app.extensions[_EXTENSION]
    registry.saver(chosen)
    response = redirect(safe_next(request.form.get("next"), came_from()), 303)
    for name, value in chosen.items():
        response.set_cookie(
            name,
            value,
            max_age=COOKIE_AGE if value else 0,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response


_NAMES = ("theme", "density", "locale", "timezone")


def _valid(given: Choice) -> dict[str, str]:
    """The choices among `given` that still can be made; a cookie may be old or made up."""
    found = {name: given.get(name) for name in _NAMES}
    return {name: value for name, value in found.items() if value and is_valid(name, value)}


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
