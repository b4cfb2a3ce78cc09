"""Addresses to go to after something is done: only ever our own."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from flask import request

# Browsers drop control characters and read a backslash as a slash, so that an address which
# looks like a path here would be another host there.
_DECEPTIVE = re.compile(r"[\x00-\x1f\x7f\\]")


def safe_next(url: str | None, default: str = "/") -> str:
    """The path of `url` when it is on this host, else `default`; never a host or a scheme."""
    if not url or _DECEPTIVE.search(url):
        return default
    try:
        parts = urlsplit(url.strip(" "))
    except ValueError:
        return default
    if parts.scheme and (parts.scheme not in ("http", "https") or not parts.netloc):
        return default
    if parts.netloc and parts.netloc.lower() != request.host.lower():
        return default
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return default
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def came_from(default: str = "/") -> str:
    """The page that the user looks at: this one, or the one that sent the form or the fragment."""
    is_page = "HX-Request" not in request.headers or "HX-Boosted" in request.headers
    if request.method in ("GET", "HEAD") and is_page:
        return safe_next(request.full_path.removesuffix("?"), default)
    return safe_next(request.headers.get("HX-Current-URL") or request.referrer, default)
