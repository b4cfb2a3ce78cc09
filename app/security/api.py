"""Signing in to the REST API."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder.api import BaseApi, expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import BadRequest, TooManyRequests

from app.core.errors import BadParameter, Invalid, Unauthorized
from app.security.attempts import TooManyAttempts, attempt
from app.security.openapi import describe_tokens
from app.security.tokens import access_token, has_token, refresh_token

PROVIDER = "db"


class SecurityApi(BaseApi):
    """FAB's two addresses, with our checks: tokens for a name and a password."""

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
        except TooManyAttempts as error:
            raise TooManyRequests from error
        if user is None:
            raise Unauthorized(_("The name or the password is wrong."), code="login_failed")
        answer = {"access_token": access_token(user, fresh=True)}
        if sent.get("refresh"):
            answer["refresh_token"] = refresh_token(user)
        return jsonify(answer)

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """Give a new token to whoever has a refresh token."""
        # The token itself was read before this request was let in; a session does not do.
        if not has_token():
            raise Unauthorized
        return jsonify(access_token=access_token(current_user, fresh=False))


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
