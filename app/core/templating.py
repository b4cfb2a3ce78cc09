"""What every template can use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for
from flask_babel import gettext as _
from jinja2 import StrictUndefined

from app.core import formats
from app.core.banners import current_banners
from app.core.i18n import current_locale, list_languages, text_direction
from app.core.preferences import current_preferences
from app.core.static import URL_PREFIX, dist_folder
from app.core.web import csp_nonce

FORMATS = (
    "format_compact",
    "format_date",
    "format_datetime",
    "format_decimal",
    "format_interval",
    "format_money",
    "format_number",
    "format_percent",
    "format_relative",
    "format_size",
    "format_time",
)
_EXTENSION = "bureau_assets"


class MissingAssetError(RuntimeError):
    """A built file is not there; the message says how to build it."""


class Manifest:
    """The names of the built files, read once and again when they were built anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._built_at: float | None = None
        self._names: dict[str, str] = {}

    def file_of(self, name: str, *, is_fixed: bool) -> str:
        """The built file of `name`; `is_fixed` spares looking whether there is a newer build."""
        if not (is_fixed and self._names):
            self._read()
        if name not in self._names:
            raise MissingAssetError(f"{name} is not in {self._path}: run `npm run build`")
        return self._names[name]

    def _read(self) -> None:
        try:
            built_at = self._path.stat().st_mtime
            if built_at != self._built_at:
                self._names = json.loads(self._path.read_text(encoding="utf-8"))
                self._built_at = built_at
        except (OSError, ValueError) as error:
            raise MissingAssetError(f"{self._path} cannot be read: run `npm run build`") from error


def init_templating(app: Flask) -> None:
    """Set up Jinja; a misspelt name fails in tests and shows nothing to users."""
    if app.testing:
        app.jinja_env.undefined = StrictUndefined
    # Pages carry no empty lines where a template had an instruction.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[_EXTENSION] = Manifest(dist_folder(app) / "manifest.json")
    functions: dict[str, Any] = {name: getattr(formats, name) for name in FORMATS}
    app.jinja_env.globals.update(functions, asset=asset, csp_nonce=csp_nonce)
    app.jinja_env.globals["banners"] = current_banners
    app.jinja_env.filters.update(functions)
    app.context_processor(page_context)


def asset(name: str) -> str:
    """The address of a built file: `main.css` may be `/static/dist/main-3FZK7Q2A.css`."""
    manifest: Manifest = current_app.extensions[_EXTENSION]
    is_fixed = current_app.config.get("BUREAU_ENV") == "production"
    root = request.script_root if has_request_context() else ""
    return f"{root}{URL_PREFIX}{manifest.file_of(name, is_fixed=is_fixed)}"


def page_context() -> dict[str, Any]:
    """What depends on who makes the request."""
    if not has_request_context():
        return {}
    return {
        "app_name": current_app.config.get("APP_NAME", "Bureau"),
        "current_locale": current_locale(),
        "env_label": env_label(),
        "languages": list_languages(),
        "preferences": current_preferences(),
        "preferences_url": url_for("preferences.save_preferences"),
        "text_direction": text_direction(),
    }


def env_label() -> str:
    """What warns people that this is not the real thing; empty in production."""
    labels = {"development": _("Development"), "testing": _("Test")}
    return labels.get(current_app.config.get("BUREAU_ENV", ""), "")
