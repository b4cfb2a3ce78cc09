"""Tokens of the REST API: `Authorization: Bearer <JWT>` says who calls, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import ExpiredSignatureError, PyJWTError

from app.core.errors import Unauthorized
from app.security.passwords import epoch_of

EPOCH = "epoch"
REFRESH_ENDPOINT = "SecurityApi.refresh"


def has_token() -> bool:
    """Whether the request is one for the REST API that brings a token."""
    scheme, _space, _token = _header()
    return scheme.lower() == "bearer" and request.path.startswith("/api/")


def read_claims() -> Mapping[str, Any]:
    """What the token says, of a kind that this address takes.

    Raises `Unauthorized` with the code `token_expired` or `token_invalid`. Only the address that
    renews a token takes a refresh token, and it takes nothing else.
    """
    wanted = "refresh" if request.endpoint == REFRESH_ENDPOINT else "access"
    try:
        claims: Mapping[str, Any] = decode_token(_header()[2].strip())
    except ExpiredSignatureError as error:
        raise Unauthorized(_("The token has expired."), code="token_expired") from error
    except (JWTExtendedException, PyJWTError, ValueError) as error:
        raise invalid_token() from error
    if claims.get("type") != wanted:
        raise invalid_token()
    return claims


def invalid_token() -> Unauthorized:
    """The refusal of a token that is none, or is of a user who may not use it any more."""
    return Unauthorized(_("The token is not valid."), code="token_invalid")


def access_token(user: User, *, fresh: bool) -> str:
    """A token for some minutes of work."""
    return create_access_token(str(user.id), fresh=fresh, additional_claims=_claims(user))


def refresh_token(user: User) -> str:
    """A token that only fetches new ones."""
    return create_refresh_token(str(user.id), additional_claims=_claims(user))


def is_current(claims: Any, user: User) -> bool:
    """Whether the token was given to the user with the password that they have now."""
    return claims.get(EPOCH) == epoch_of(user)


def _claims(user: User) -> dict[str, str]:
    return {EPOCH: epoch_of(user)}


def _header() -> tuple[str, str, str]:
    return request.headers.get("Authorization", "").partition(" ")
