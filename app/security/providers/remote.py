"""A proxy that signs people in and names them in a header: believed from the proxy alone."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any

from flask import request

from app.security.providers.options import WSGI_VARIABLE, RemoteOptions
from app.security.providers.person import BadPerson, Person, person
from app.security.providers.registry import providers

MAX_GROUPS_TEXT = 8000

logger = logging.getLogger(__name__)


def remote_person() -> Person | None:
    """Whoever the proxy says sends this request; None without a proxy, a header or a clear name."""
    options = providers().remote
    name = _header(options.header) if options is not None else ""
    if options is None or not name:
        return None
    if not _is_from_proxy(options):
        logger.warning("Somebody who is not the proxy names a user")
        return None
    # A header that was sent twice arrives as one with a comma; who was meant nobody can say.
    if "," in name:
        logger.warning("The proxy names several users")
        return None
    groups = _header(options.groups_header)[:MAX_GROUPS_TEXT]
    try:
        return person(
            subject=name,
            username=name,
            name=_header(options.name_header),
            email=_header(options.email_header),
            groups=[group.strip() for group in groups.split(",") if group.strip()],
        )
    except BadPerson:
        logger.warning("The proxy names somebody who cannot be a user")
        return None


def _is_from_proxy(options: RemoteOptions) -> bool:
    """Whether the connection itself comes from the proxy, whatever X-Forwarded-For says."""
    environ: Any = request.environ
    peer = environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR") or ""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in options.networks)


def _header(name: str) -> str:
    """A header as text; the servers hand bytes over as if they were Latin-1."""
    if not name:
        return ""
    variable = name if name == WSGI_VARIABLE else f"HTTP_{name.upper().replace('-', '_')}"
    value = str(request.environ.get(variable) or "")
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return ""
