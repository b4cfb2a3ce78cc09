"""What every template can use."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context, request
from flask_babel import gettext as _
from jinja2 import StrictUndefined
from markupsafe import Markup

from app.core import formats
from app.core.banners import current_banners
from app.core.i18n import current_locale, text_direction
from app.core.indentation import Unindented
from app.core.preferences import current_preferences
from app.core.static import URL_PREFIX, dist_folder
from app.core.views.panels import form_panels
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
        self._names: dict[str, Any] = {}
        self._digest = ""

    def digest(self, *, is_fixed: bool) -> str:
        """What tells this build from another one."""
        if not (is_fixed and self._names):
            self._read()
        return self._digest

    def file_of(self, name: str, *, is_fixed: bool) -> str:
        """The built file of `name`; `is_fixed` spares looking whether there is a newer build."""
        if not (is_fixed and self._names):
            self._read()
        if name not in self._names:
            raise MissingAssetError(f"{name} is not in {self._path}: run `npm run build`")
        return str(self._names[name])

    def imports_of(self, name: str) -> list[str]:
        """The files that the script `name` needs before it can run, as of the last look."""
        found: list[str] = self._names.get(f"{name} imports", [])
        return found

    def _read(self) -> None:
        try:
            built_at = self._path.stat().st_mtime
            if built_at != self._built_at:
                text = self._path.read_text(encoding="utf-8")
                self._names = json.loads(text)
                self._digest = blake2b(text.encode(), digest_size=8).hexdigest()
                self._built_at = built_at
        except (OSError, ValueError) as error:
            raise MissingAssetError(f"{self._path} cannot be read: run `npm run build`") from error


def init_templating(app: Flask) -> None:
    """Set up Jinja; a misspelt name fails in tests and shows nothing to users."""
    if app.testing:
        app.jinja_env.undefined = StrictUndefined
    # Pages carry no empty lines where a template had an instruction.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
    app.extensions[_EXTENSION] = Manifest(dist_folder(app) / "manifest.json")
    functions: dict[str, Any] = {name: getattr(formats, name) for name in FORMATS}
    app.jinja_env.globals.update(functions, asset=asset, csp_nonce=csp_nonce, icon=icon)
    app.jinja_env.globals.update(
        banners=current_banners,
        env_label=env_label,
        form_panels=form_panels,
        imports_of=imports_of,
    )
    app.jinja_env.filters.update(functions)
    app.context_processor(page_context)


def asset(name: str) -> str:
    """The address of a built file: `main.css` may be `/static/dist/main-3FZK7Q2A.css`."""
    root = request.script_root if has_request_context() else ""
    return f"{root}{URL_PREFIX}{_manifest().file_of(name, is_fixed=_is_fixed())}"


def build_digest() -> str:
    """What tells the built files of now from others: a kept page names them."""
    return _manifest().digest(is_fixed=_is_fixed())


def _manifest() -> Manifest:
    manifest: Manifest = current_app.extensions[_EXTENSION]
    return manifest


def _is_fixed() -> bool:
    return current_app.config.get("BUREAU_ENV") == "production"


def imports_of(name: str) -> list[str]:
    """The addresses of what a built script needs, to be fetched along with it."""
    folder = asset(name).rpartition("/")[0]
    return [f"{folder}/{file}" for file in _manifest().imports_of(name)]


@lru_cache(maxsize=1_000)
def icon(name: str, more: str = "") -> Markup:
    """A symbol of `app/assets/icons.svg`; it is decoration, so that what it means stands beside it.

    `more` names further classes, such as `turns` where it points the way that one reads.
    """
    return Markup('<i class="{}"></i>').format(f"i-{name} {more}".rstrip())


def page_context() -> dict[str, Any]:
    """What depends on who makes the request."""
    if not has_request_context():
        return {}
    return {
        "app_name": current_app.config.get("APP_NAME", "Bureau"),
        "current_locale": current_locale(),
        "preferences": current_preferences(),
        "text_direction": text_direction(),
    }


def env_label() -> str:
    """What warns people that this is not the real thing; empty in production."""
    labels = {"development": _("Development"), "testing": _("Test")}
    return labels.get(current_app.config.get("BUREAU_ENV", ""), "")
