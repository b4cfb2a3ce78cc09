"""Which other sites' scripts may call the REST API: none, unless the settings list them."""

from __future__ import annotations

from flask import Flask
from flask_cors import CORS

SENT = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-ID"]
READ = ["ETag", "Location", "Retry-After", "X-Request-ID"]
PREFLIGHT_SECONDS = 600


def init_cors(app: Flask) -> None:
    """Let the listed sites call the API with a token or a key, and never with our cookie."""
    origins = app.config.get("BUREAU_CORS_ORIGINS")
    if origins:
        CORS(
            app,
            resources=r"/api/.*",
            origins=list(origins),
            methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=SENT,
            expose_headers=READ,
            max_age=PREFLIGHT_SECONDS,
            supports_credentials=False,
            always_send=False,
        )
