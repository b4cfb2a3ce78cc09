"""Addresses of this site as they stand in mails, where no request tells the host.

They never come from a request either: whoever sends a forged Host header could else have links
to their own site sent to somebody.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def site_url() -> str:
    """Where people reach this site, without a slash at the end."""
    config = current_app.config
    given = str(config.get("BUREAU_URL") or "")
    return given.rstrip("/") or f"http://{config.get('HOST')}:{config.get('PORT')}"


def public_url(endpoint: str, **values: Any) -> str:
    """The whole address of an endpoint."""
    base = urlsplit(site_url())
    adapter = current_app.url_map.bind(
        base.netloc, script_name=f"{base.path}/", url_scheme=base.scheme
    )
    return adapter.build(endpoint, values, force_external=True)
