"""What passkeys know this site by: a host name, never an address, and HTTPS."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app, request
from flask_babel import gettext as _

from app.core.errors import NotFound

LOCAL = "localhost"


@dataclass(frozen=True)
class RelyingParty:
    """The host name that keys are bound to, and where a page must come from to use them."""

    id: str
    origin: str
    name: str


def relying_party() -> RelyingParty | None:
    """What this request's browser would know us by; None where it could use no passkey.

    Where BUREAU_URL is set it says so, whatever host the request names. Else it is the host of
    the request, which is one of BUREAU_TRUSTED_HOSTS where those are set.
    """
    given = str(current_app.config.get("BUREAU_URL") or "")
    here = urlsplit(request.host_url)
    parts = urlsplit(given) if given else here
    host = parts.hostname or ""
    is_secure = parts.scheme == "https" or host == LOCAL or host.endswith(f".{LOCAL}")
    if host != here.hostname or not is_secure or _is_address(host):
        return None
    origin = f"{parts.scheme}://{parts.netloc}".removesuffix(_default_port(parts.scheme))
    return RelyingParty(host, origin, str(current_app.config["APP_NAME"]))


def require_party() -> RelyingParty:
    """The same; raises `NotFound` where there are no passkeys."""
    party = relying_party()
    if party is None:
        raise NotFound(_("Passkeys work at an HTTPS address with a host name only."))
    return party


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _default_port(scheme: str) -> str:
    """A browser leaves it out of the origin."""
    return ":443" if scheme == "https" else ":80"
