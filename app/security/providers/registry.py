"""The providers of an application: what the settings say, and Authlib's clients."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app

from app.security.providers.options import OidcOptions, Providers, read_providers

TIMEOUT_SECONDS = 5
_EXTENSION = "bureau_providers"
_NONE = Providers()


@dataclass(frozen=True)
class Registry:
    """What is kept with the application."""

    providers: Providers
    oauth: OAuth


def init_providers(app: Flask) -> None:
    """Read the settings; raises `ConfigError`. Nobody is asked for anything yet."""
    # Authlib would log what proves that a log-in is the one that was begun.
    logging.getLogger("authlib").setLevel(logging.INFO)
    oauth = OAuth(app)
    found = read_providers(app.config)
    for options in found.oidc.values():
        oauth.register(options.name, **_client_options(options))
    app.extensions[_EXTENSION] = Registry(found, oauth)


def providers() -> Providers:
    """All providers that are set up."""
    kept: Registry | None = current_app.extensions.get(_EXTENSION)
    return kept.providers if kept is not None else _NONE


def client_of(options: OidcOptions) -> Any:
    """Authlib's client for a provider."""
    kept: Registry = current_app.extensions[_EXTENSION]
    return kept.oauth.create_client(options.name)


def _client_options(options: OidcOptions) -> dict[str, Any]:
    words = options.scope.split()
    how = {
        # Whoever knows no OpenID Connect must not be asked for a token of it.
        "scope": " ".join(word for word in words if options.is_openid or word != "openid"),
        "code_challenge_method": "S256",
        "default_timeout": TIMEOUT_SECONDS,
    }
    if not options.client_secret:
        how["token_endpoint_auth_method"] = "none"
    found: dict[str, Any] = {
        "client_id": options.client_id,
        "client_secret": options.client_secret or None,
        "client_kwargs": how,
        "authorize_params": {"prompt": options.prompt} if options.prompt else None,
    }
    if options.is_openid:
        address = f"{options.url.rstrip('/')}/.well-known/openid-configuration"
        return found | {"server_metadata_url": address}
    return found | {
        "authorize_url": options.authorize_url,
        "access_token_url": options.token_url,
    }
