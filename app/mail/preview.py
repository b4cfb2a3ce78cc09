"""A mail on a page of its own that may run, load and send nothing."""

from __future__ import annotations

from flask import Response

_ALONE = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors"
)
PREVIEW_POLICY = f"{_ALONE} 'none'"
"""For a mail on a page of its own, which no other page may show."""


def framed(html: str, by: str = "'none'") -> Response:
    """The HTML of a mail; `by` says which pages may show it in a frame."""
    # What a mail looks like it carries along.
    headers = {"Content-Security-Policy": f"{_ALONE} {by}", "Cache-Control": "no-store"}
    return Response(html, mimetype="text/html", headers=headers)
