"""What every response carries: security headers, rules for caches, compression."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b
from http import HTTPStatus

from flask import Flask, Response, request, session
from flask_compress import Compress
from flask_wtf.csrf import generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core.sessions import BureauSessionInterface
from app.core.static import with_static_files
from app.core.telemetry import Telemetry
from app.extensions import has_csrf_token

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
FILE_POLICY = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
"""For a built file, which is no page and may load nothing."""
MIN_SIZE = 500
"""A shorter answer fits into one packet as it is: neither compressing nor a 304 saves anything."""
COMPRESSION = {
    # What saves most of the time first: zstd takes a quarter of the time of the others.
    "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
    "COMPRESS_ZSTD_LEVEL": 3,
    "COMPRESS_BR_LEVEL": 4,
    "COMPRESS_LEVEL": 5,
    "COMPRESS_STREAMS": False,
    "COMPRESS_MIN_SIZE": MIN_SIZE,
    "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
    "COMPRESS_REGISTER": False,
}
"""How answers are compressed: docs/performance.md has what the levels cost and save."""
_NONCE = "bureau.csp_nonce"
_SAFE = frozenset({"GET", "HEAD"})


def init_web(app: Flask) -> None:
    """Set up headers, cookies, compression, static files, and the proxies that are believed.

    Pages are compressed here, by Flask-Compress, because `make run` has no proxy in front that
    would do it; it weighs what the browser prefers. Streams are left alone, so that an export
    stays a stream.
    """
    app.config.update(COMPRESSION)
    app.session_interface = BureauSessionInterface()
    if app.config.get("BUREAU_ENV") == "production":
        # The prefix makes browsers refuse the cookie unless it is secure and of this host alone.
        app.config["SESSION_COOKIE_NAME"] = "__Host-session"
        app.config["SESSION_COOKIE_SECURE"] = True
    app.before_request(_answer_head_like_get)
    app.after_request(_finisher(Compress(app)))
    app.wsgi_app = _layers(app)  # type: ignore[method-assign]


def _layers(app: Flask) -> Telemetry:
    """The application inside the layers that a request passes, from the last to the first."""
    inner = with_static_files(app, FILE_POLICY)
    proxies = app.config.get("BUREAU_PROXY_COUNT", 0)
    if proxies:
        inner = ProxyFix(inner, x_for=proxies, x_proto=proxies, x_host=proxies, x_prefix=proxies)
    shows_timing = app.config.get("SERVER_TIMING", False)
    return Telemetry(inner, headers=_headers(app), shows_timing=shows_timing)


def _headers(app: Flask) -> dict[str, str]:
    if app.config.get("BUREAU_ENV") != "production":
        return SECURITY_HEADERS
    hsts = f"max-age={HSTS_SECONDS}; includeSubDomains"
    return SECURITY_HEADERS | {"Strict-Transport-Security": hsts}


def csp_nonce() -> str:
    """The word that a script of this response must carry to be run."""
    environ = request.environ
    if _NONCE not in environ:
        environ[_NONCE] = secrets.token_urlsafe(16)
    nonce: str = environ[_NONCE]
    return nonce


def was_made_for_one_reader() -> bool:
    """Whether this response has a nonce, or a token of the reader's own."""
    return _NONCE in request.environ or has_csrf_token()


def public_policy(frames: str = "'none'") -> str:
    """What a page for everybody may load: our own files, whatever response names them.

    It is kept and given to many, so that a nonce in it would be no secret. `frames` are the sites
    whose players it may show.
    """
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        f" connect-src 'self'; font-src 'self'; media-src 'self'; frame-src {frames};"
        " form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


def content_security_policy(nonce: str | None) -> str:
    """What a page may load and do: our own files, and scripts that carry the nonce.

    Scripts need the nonce and nothing else will do, not even being served from here; without one
    there are none. What a trusted script imports is trusted with it. Styles come from files only.
    """
    scripts = "'none'" if nonce is None else f"'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
        " object-src 'none'; frame-ancestors 'none'"
    )


def _answer_head_like_get() -> None:
    """Let views know a HEAD as the GET that it is; Werkzeug sends the answer without its body.

    A view that asks whether it is to show its question would otherwise act on a HEAD, which mail
    scanners send to every link that they find.
    """
    if request.method == "HEAD":
        request.method = "GET"


def _finisher(compress: Compress) -> Callable[[Response], Response]:
    """What is done to every response, in this order.

    The CSRF secret must be in the session before the rules for caches look at it, and a body that
    the caller has already need not be compressed.
    """

    def finish(response: Response) -> Response:
        _keep_csrf_secret()
        headers = response.headers
        if "Content-Security-Policy" not in headers:
            policy = content_security_policy(request.environ.get(_NONCE))
            headers["Content-Security-Policy"] = policy
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = _cache_rule()
        if response.status_code == HTTPStatus.OK:
            _spare_what_is_known(response)
            response = compress.after_request(response)
        return response

    return finish


def _cache_rule() -> str:
    """Nothing of a signed-in user is kept: after logging out, Back must show nothing.

    A browser goes back without asking whether what it has kept is still good.
    """
    if "_user_id" in session or "HTTP_AUTHORIZATION" in request.environ:
        return "no-store"
    return "private, no-cache"


def _keep_csrf_secret() -> None:
    """Give a signed-in session its CSRF secret while it is written anyway.

    The first page after logging in would otherwise have to set the cookie, on a GET.
    """
    if request.method not in ("GET", "HEAD", "OPTIONS") and "_user_id" in session:
        generate_csrf()


def _spare_what_is_known(response: Response) -> None:
    """Answer 304 where the caller has said that it has this very answer.

    Not for pages: each has a nonce and a token of its own, so that no two are the same. Where a
    view has set the version of a row as the tag, what the caller sees of the row comes after it:
    a related row or a right may change that too.
    """
    if request.method not in _SAFE or response.is_streamed or response.mimetype == "text/html":
        return
    version, _is_weak = response.get_etag()
    body = response.get_data()
    if version is None and len(body) < MIN_SIZE:
        return
    tag = blake2b(body, digest_size=12).hexdigest()
    if version is not None:
        tag = f"{version}:{tag}"
    response.set_etag(tag, weak=version is None)
    # Of a compressed answer the method stands at the end of its tag.
    known = request.if_none_match.as_set(include_weak=True)
    found = next((each for each in known if each == tag or each.startswith(f"{tag}:")), None)
    if found is not None:
        response.set_etag(found, weak=version is None)
        response.set_data(b"")
        response.status_code = HTTPStatus.NOT_MODIFIED
        del response.headers["Content-Type"], response.headers["Content-Length"]
