"""OpenID Connect, and plain OAuth 2: asking a provider who somebody is, and checking the answer.

Authlib makes and checks the state, the nonce and the proof of the code (PKCE). The tokens are read
in the request that fetches them; they are neither kept nor logged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from authlib.integrations.base_client import OAuthError
from flask import current_app, redirect, request, session, url_for
from flask_babel import gettext as _
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug import Response

from app.core.addresses import public_url
from app.core.errors import BadParameter, Forbidden, Unavailable
from app.security.providers.options import OidcOptions
from app.security.providers.person import BadPerson, Person, claim, person
from app.security.providers.registry import client_of

LEEWAY_SECONDS = 60
STATES_KEPT = 2
"""How many log-ins may be under way in one browser; each takes room in its cookie."""

ALGORITHMS = frozenset(
    "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 Ed448".split()
)
"""Signatures that only the provider can make: not `none`, and none with a secret that we share."""

_ALGORITHMS = "id_token_signing_alg_values_supported"

logger = logging.getLogger(__name__)


class LoginFailed(Forbidden):
    """The provider's answer proves nothing."""

    code = "login_failed"


def start(options: OidcOptions, purpose: str, next_url: str) -> Response:
    """Send the browser to the provider; what has to be known afterwards goes into the cookie."""
    client = client_of(options)
    address = callback_url(options)
    with _asking(options):
        _read_metadata(options, client)
        begun = client.create_authorization_url(address)
    _forget_old_states(options)
    url = begun.pop("url")
    client.save_authorize_data(redirect_uri=address, purpose=purpose, next=next_url, **begun)
    return redirect(url)


def finish(options: OidcOptions) -> tuple[Person, str, str]:
    """The person whom the provider has sent back, the purpose, and where they wanted to go."""
    client = client_of(options)
    begun = client.framework.get_state_data(session, request.args.get("state"))
    if not begun:
        raise BadParameter(_("This log-in was begun somewhere else or too long ago. Try again."))
    with _asking(options):
        metadata = _read_metadata(options, client)
        _check_sender(metadata)
        checks = {
            "iss": {"essential": True, "value": metadata.get("issuer")},
            "aud": {"essential": True, "value": options.client_id},
        }
        token = client.authorize_access_token(claims_options=checks, leeway=LEEWAY_SECONDS)
        claims = _claims(options, client, token)
        return _person(options, claims), str(begun.get("purpose")), str(begun.get("next"))


def callback_url(options: OidcOptions) -> str:
    """Where the provider sends people back to; it must be entered there."""
    return _external("ProviderView.back", name=options.name)


def leaves(options: OidcOptions) -> bool:
    """Whether one can sign out at the provider from here; known once its description is read."""
    return options.logout and "end_session_endpoint" in client_of(options).server_metadata


def leave(options: OidcOptions) -> Response:
    """Send the browser to sign out at the provider, which asks whether one means it."""
    client, back = client_of(options), _external("AuthView.login", left=options.name)
    with _asking(options):
        if "end_session_endpoint" not in _read_metadata(options, client):
            return redirect(url_for("AuthView.login"))
        found = client.create_logout_url(back, client_id=options.client_id)
    return redirect(found["url"])


def _external(endpoint: str, **values: str) -> str:
    if current_app.config.get("BUREAU_URL"):
        return public_url(endpoint, **values)
    return url_for(endpoint, _external=True, **values)


def _forget_old_states(options: OidcOptions) -> None:
    """Keep the cookie small, however often somebody begins."""
    begun = [key for key in session if key.startswith(f"_state_{options.name}_")]
    begun.sort(key=lambda key: session[key].get("exp", 0))
    for key in begun[: len(begun) - STATES_KEPT + 1]:
        session.pop(key)


@contextmanager
def _asking(options: OidcOptions) -> Iterator[None]:
    """Turn every fault of a provider into a sentence; the log says more, and no token."""
    try:
        yield
    except RequestException as error:
        logger.warning("%s does not answer: %s", options.name, type(error).__name__)
        _forget_metadata(options)
        raise Unavailable(
            _(
                "%(provider)s does not answer. Try again in a minute, or log in another way.",
                provider=options.title,
            )
        ) from error
    except (OAuthError, JoseError, BadPerson, RuntimeError, ValueError, KeyError) as error:
        logger.warning("A log-in by %s was refused: %s", options.name, _reason(error))
        _forget_metadata(options)
        raise LoginFailed(
            _(
                "%(provider)s has not confirmed who you are. Try again, or log in another way.",
                provider=options.title,
            )
        ) from error


def _reason(error: Exception) -> str:
    """The kind of the error and its code; descriptions come from outside and may say anything."""
    code = str(getattr(error, "error", ""))[:40]
    name = str(getattr(error, "claim", ""))[:40]
    return " ".join(filter(None, (type(error).__name__, code if code.isidentifier() else "", name)))


def _forget_metadata(options: OidcOptions) -> None:
    """Read keys and addresses anew the next time: the provider may have changed them."""
    for name in ("jwks", "_loaded_at"):
        client_of(options).server_metadata.pop(name, None)


def _read_metadata(options: OidcOptions, client: Any) -> Mapping[str, Any]:
    """What the provider says of itself, narrowed to what we accept."""
    if not options.is_openid:
        return {}
    metadata: dict[str, Any] = client.load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != options.url.rstrip("/"):
        raise ValueError("the description is that of another issuer")
    given = metadata.get(_ALGORITHMS)
    offered = given if isinstance(given, list) else ["RS256"]
    metadata[_ALGORITHMS] = [name for name in offered if name in ALGORITHMS] or ["RS256"]
    return metadata


def _check_sender(metadata: Mapping[str, Any]) -> None:
    """Refuse an answer that names another provider than the one that was asked (RFC 9207)."""
    sender = request.args.get("iss")
    is_due = bool(metadata.get("authorization_response_iss_parameter_supported"))
    if metadata and (sender is not None or is_due) and sender != metadata["issuer"]:
        raise ValueError("the answer is that of another issuer")


def _claims(options: OidcOptions, client: Any, token: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider says of the person: signed, or fetched from it directly."""
    if not options.is_openid:
        answer = client.get(options.user_url, token=token)
        answer.raise_for_status()
        return _object(answer.json())
    claims = _object(token.get("userinfo"))
    if options.userinfo:
        more = _object(client.userinfo(token=token))
        # Whoever could put another's description in here would sign in as them.
        if more.get("sub") != claims["sub"]:
            raise ValueError("the description is that of another person")
        claims = {**more, **claims}
    return claims


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError("the answer has no claims")
    return dict(value)


def _person(options: OidcOptions, claims: Mapping[str, Any]) -> Person:
    given = claims.get("email_verified")
    is_checked = given is True or given == "true"
    return person(
        subject=claim(claims, options.subject),
        username=claim(claims, options.username),
        first_name=claim(claims, options.first_name),
        last_name=claim(claims, options.last_name),
        name=claim(claims, options.full_name),
        email=claim(claims, options.email) if is_checked or options.trusts_email else None,
        groups=claim(claims, options.groups),
    )
