"""Tokens of the REST API: `Authorization: Bearer <JWT>` says who calls, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app, request
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import ExpiredSignatureError, PyJWTError

from app.core.errors import Unauthorized
from app.extensions import db
from app.security.audit import record_event
from app.security.models import SessionKind, UserSession
from app.security.sessions.store import begin_session, end_sessions

SESSION = "sid"
NO_SESSION = -1
REFRESH_ENDPOINT = "SecurityApi.refresh"


def has_token() -> bool:
    """Whether the request is one for the REST API that brings a token or a key."""
    if "HTTP_AUTHORIZATION" not in request.environ:
        return False
    scheme, _space, _token = _header()
    return scheme.lower() == "bearer" and request.path.startswith("/api/")


def sent_token() -> str:
    """The token or key that the request brings."""
    return _header()[2].strip()


def read_claims() -> Mapping[str, Any]:
    """What the token says, of a kind that this address takes.

    Raises `Unauthorized` with the code `token_expired` or `token_invalid`. Only the address that
    renews a token takes a refresh token, and it takes nothing else.
    """
    wanted = "refresh" if request.endpoint == REFRESH_ENDPOINT else "access"
    try:
        claims: Mapping[str, Any] = decode_token(sent_token())
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


def begin_tokens(user: User, *, is_renewable: bool, has_factor: bool = False) -> UserSession:
    """Begin the session that a client's tokens belong to; committing is the caller's."""
    name = "JWT_REFRESH_TOKEN_EXPIRES" if is_renewable else "JWT_ACCESS_TOKEN_EXPIRES"
    lifetime = current_app.config[name]
    return begin_session(user, SessionKind.API, lifetime=lifetime, has_factor=has_factor)[0]


def access_token(held: UserSession, *, fresh: bool) -> str:
    """A token for some minutes of work, at most until its session ends."""
    return create_access_token(str(held.user_id), fresh=fresh, additional_claims=_claims(held))


def refresh_token(held: UserSession) -> str:
    """A token that only fetches new ones, once; it takes the place of the one before.

    Committing is the caller's.
    """
    token = create_refresh_token(str(held.user_id), additional_claims=_claims(held))
    held.refresh_jti = _id_of(token)
    return token


def renew(held: UserSession) -> str:
    """A new refresh token for the one that this request brings. It commits.

    A token that was used before is in two hands, so the session ends: its owner has to sign in
    again, and whoever has the other copy has nothing. Of two requests at the same moment the
    second is such a use.
    """
    token = create_refresh_token(str(held.user_id), additional_claims=_claims(held))
    sessions: Any = UserSession.__table__
    done: Any = db.session.execute(
        sa.update(sessions)
        .where(sessions.c.id == held.id, sessions.c.refresh_jti == _id_of(sent_token()))
        .values(refresh_jti=_id_of(token)),
        bind_arguments={"mapper": sa.inspect(UserSession)},
    )
    if not done.rowcount:
        record_event("token-reused", outcome="refused")
        end_sessions(UserSession.id == held.id)
        db.session.commit()
        raise Unauthorized(
            _("This token was used before. The session has ended; sign in again."),
            code="token_reused",
        )
    db.session.commit()
    return token


def _id_of(token: str) -> str:
    return str(decode_token(token)["jti"])


def session_key_of(claims: Mapping[str, Any]) -> int:
    """The key of the session that a token belongs to."""
    key = claims.get(SESSION)
    return key if isinstance(key, int) and not isinstance(key, bool) else NO_SESSION


def _claims(held: UserSession) -> dict[str, int]:
    return {SESSION: held.id}


def _header() -> tuple[str, str, str]:
    return request.headers.get("Authorization", "").partition(" ")
