"""Serves the built front-end files: compressed ahead, kept for ever where the name has a hash."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

HASHED_NAME = r"-[0-9A-Z]{8}\.[a-z0-9]+$"
"""How esbuild names a file after its content; see app/assets/build.mjs."""


URL_PREFIX = "/static/dist/"


def dist_folder(app: Flask) -> Path:
    """Where the front-end is built to."""
    return Path(app.root_path, "static", "dist")


def with_static_files(app: Flask, policy: str) -> WhiteNoise:
    """The application with WhiteNoise in front, which answers for the built files only.

    `policy` is their Content-Security-Policy.
    """

    def add_headers(file_headers: object, _path: str, _url: str) -> None:
        file_headers["Content-Security-Policy"] = policy  # type: ignore[index]

    return WhiteNoise(
        app.wsgi_app,
        root=str(dist_folder(app)),
        prefix=URL_PREFIX,
        # Files are looked up when asked for, so that a build shows without a restart.
        autorefresh=app.config.get("BUREAU_ENV") != "production",
        immutable_file_test=HASHED_NAME,
        allow_all_origins=False,
        add_headers_function=add_headers,
    )
