"""What every response carries: security headers, rules for caches, compression."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask, Response, current_app, request, session
from flask_compress import Compress
from flask_wtf.csrf import generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core.sessions import BureauSessionInterface
from app.core.static import with_static_files
from app.core.telemetry import Telemetry

HSTS_SECONDS = int(timedelta(days=365).total_seconds())
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), browsing-topics=(), camera=(), display-capture=(),"
    " geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=(),"
    " publickey-credentials-create=(self), publickey-credentials-get=(self)",
}
_NONCE = "bureau.csp_nonce"


def init_web(app: Flask) -> None:
    """Set up headers, cookies, compression, static files, and the proxies that are believed.

    Pages are compressed here, by Flask-Compress, because `make run` has no proxy in front that
    would do it; it also knows conditional requests and weighs what the browser prefers. Streams
    are left alone, so that an export stays a stream.
    """
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.config["COMPRESS_STREAMS"] = False
    app.session_interface = BureauSessionInterface()
    if app.config.get("BUREAU_ENV") == "production":
        # The prefix makes browsers refuse the cookie unless it is secure and of this host alone.
        app.config["SESSION_COOKIE_NAME"] = "__Host-session"
        app.config["SESSION_COOKIE_SECURE"] = True
    # What is registered last runs first: the token must be in the session before the rules for
    # caches look at it, and both before the body is compressed.
    Compress(app)
    app.after_request(_add_headers)
    app.after_request(_keep_csrf_secret)
    app.wsgi_app = _layers(app)  # type: ignore[method-assign]


def _layers(app: Flask) -> Telemetry:
    """The application inside the layers that a request passes, from the last to the first."""
    inner = with_static_files(app, static_headers(app))
    proxies = app.config.get("BUREAU_PROXY_COUNT", 0)
    if proxies:
        inner = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies)
    return Telemetry(inner, shows_timing=app.config.get("SERVER_TIMING", False))


def csp_nonce() -> str:
    """The word that a script of this response must carry to be run."""
    nonce: str = request.environ.setdefault(_NONCE, secrets.token_urlsafe(16))
    return nonce


def content_security_policy(nonce: str) -> str:
    """What a page may load and do: our own files, and scripts that carry the nonce.

    Scripts need the nonce and nothing else will do, not even being served from here. What a
    trusted script imports is trusted with it. Styles come from files only.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def static_headers(app: Flask) -> dict[str, str]:
    """The headers of a built file, which is no page and may load nothing."""
    policy = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    return _fixed_headers(app) | {"Content-Security-Policy": policy}


def _fixed_headers(app: Flask) -> dict[str, str]:
    if app.config.get("BUREAU_ENV") != "production":
        return SECURITY_HEADERS
    hsts = f"max-age={HSTS_SECONDS}; includeSubDomains"
    return SECURITY_HEADERS | {"Strict-Transport-Security": hsts}


def _add_headers(response: Response) -> Response:
    """Add what is missing; a view that needs another rule has set it already."""
    for name, value in _fixed_headers(current_app).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", content_security_policy(csp_nonce()))
    response.headers.setdefault("Cache-Control", _cache_rule())
    return response


def _cache_rule() -> str:
    """Nothing of a signed-in user is kept: after logging out, Back must show nothing."""
    if "_user_id" in session or request.authorization is not None:
        return "no-store"
    return "private, no-cache"


def _keep_csrf_secret(response: Response) -> Response:
    """Give a signed-in session its CSRF secret while it is written anyway.

    The first page after logging in would otherwise have to set the cookie, on a GET.
    """
    if request.method not in ("GET", "HEAD", "OPTIONS") and "_user_id" in session:
        generate_csrf()
    return response
