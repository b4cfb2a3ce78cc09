"""Signing in to the REST API."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder.api import BaseApi, expose
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, TooManyRequests

from app.core.errors import BadParameter, Invalid, Unauthorized
from app.extensions import db
from app.security.accounts import current_account
from app.security.attempts import TooManyAttempts, attempt
from app.security.audit import record_event
from app.security.factors.calls import require_code
from app.security.models import UserSession
from app.security.sessions.store import end_sessions
from app.security.tokens.bearer import access_token, begin_tokens, has_token, refresh_token, renew
from app.security.tokens.openapi import describe_tokens

PROVIDER = "db"


class SecurityApi(BaseApi):
    """Tokens for a name and a password, new ones for old ones, and their end."""

    resource_name = "security"
    openapi_spec_tag = "Security"
    base_permissions: list[str] = []

    def add_api_spec(self, api_spec: Any) -> None:
        """Describe both, and how a token is sent."""
        self.add_apispec_components(api_spec)
        describe_tokens(api_spec, self.route_base, self.openapi_spec_tag)

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Give a token to whoever knows a name and its password."""
        sent = _read_login()
        try:
            user = attempt(sent["username"], sent["password"])
            if user is None:
                raise Unauthorized(_("The name or the password is wrong."), code="login_failed")
            has_factor = require_code(user, sent.get("code"))
        except TooManyAttempts as error:
            raise TooManyRequests from error
        is_renewable = bool(sent.get("refresh"))
        held = begin_tokens(user, is_renewable=is_renewable, has_factor=has_factor)
        answer = {"access_token": access_token(held, fresh=True)}
        if sent.get("refresh"):
            answer["refresh_token"] = refresh_token(held)
        db.session.commit()
        return jsonify(answer)

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """Give new tokens to whoever has a refresh token, which is used up by that."""
        held = _session_of_token()
        return jsonify(refresh_token=renew(held), access_token=access_token(held, fresh=False))

    @expose("/logout", methods=["POST"])
    def logout(self) -> Response:
        """End the session of a token, and with it all tokens that were given in it."""
        held = _session_of_token()
        end_sessions(UserSession.id == held.id)
        record_event("log-out")
        db.session.commit()
        response = Response(status=204)
        del response.headers["Content-Type"]
        return response


def _session_of_token() -> UserSession:
    """The session of the token that this request brings; a cookie or a key does not do.

    The token itself was read before the request was let in.
    """
    account = current_account()
    if not has_token() or account is None or account.session is None:
        raise Unauthorized
    return account.session


def _read_login() -> dict[str, Any]:
    """What was sent; raises `BadParameter` for no JSON and `Invalid` for wrong fields."""
    if not request.is_json:
        raise BadParameter(_("Send one JSON object."))
    try:
        sent = request.get_json()
    except (BadRequest, RecursionError) as error:
        raise BadParameter(_("Send one JSON object.")) from error
    if not isinstance(sent, dict):
        raise BadParameter(_("Send one JSON object."))
    errors = {
        name: [_("Fill in this field.")]
        for name in ("username", "password")
        if not isinstance(sent.get(name), str) or not sent[name]
    }
    if sent.get("provider", PROVIDER) != PROVIDER:
        errors["provider"] = [_("Use one of: %(choices)s.", choices=PROVIDER)]
    if not isinstance(sent.get("refresh", False), bool):
        errors["refresh"] = [_("Write true or false.")]
    if errors:
        raise Invalid(errors=errors)
    return sent
