"""The part of the OpenAPI document that says how one signs in to the REST API."""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}
LOGIN = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {
        "username": TEXT,
        "password": TEXT | {"format": "password"},
        "code": TEXT | {"description": "A code of the app, or a recovery code."},
        "provider": TEXT | {"enum": ["db"], "default": "db"},
        "refresh": {"type": "boolean", "default": False},
    },
}
ERROR = {
    "type": "object",
    "properties": {
        "message": TEXT,
        "code": TEXT,
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
    },
}


def describe_tokens(spec: Any, base: str, tag: str) -> None:
    """Add the schemes of tokens and keys, and the addresses that give tokens and end them."""
    for scheme in ("jwt", "jwt_refresh"):
        spec.components.security_scheme(
            scheme, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        )
    spec.components.security_scheme(
        "key", {"type": "http", "scheme": "bearer", "bearerFormat": "bureau_<prefix>_<secret>"}
    )
    login = {
        "tags": [tag],
        "summary": "Sign in: tokens for a name and its password.",
        "description": "Whoever has a second factor sends `code` as well: else it is 401 with the"
        " code `factor_required`, `factor_wrong` or `factor_not_set_up`.",
        "requestBody": {"required": True, "content": _json(LOGIN)},
        "responses": _answers(("access_token", "refresh_token"), "400", "401", "422", "429"),
    }
    refresh = {
        "tags": [tag],
        "summary": "Renew both tokens; the refresh token stands in the header and works once.",
        "security": [{"jwt_refresh": []}],
        "responses": _answers(("access_token", "refresh_token"), "401", "429"),
    }
    ended = {"204": {"description": "The session has ended, and with it its tokens."}}
    logout = {
        "tags": [tag],
        "summary": "End the session of the token.",
        "security": [{"jwt": []}],
        "responses": ended | {status: _refusal(status) for status in ("401", "429")},
    }
    spec.path(path=f"{base}/login", operations={"post": login})
    spec.path(path=f"{base}/refresh", operations={"post": refresh})
    spec.path(path=f"{base}/logout", operations={"post": logout})


def _answers(tokens: tuple[str, ...], *refusals: str) -> dict[str, Any]:
    given = {"type": "object", "properties": dict.fromkeys(tokens, TEXT)}
    answers = {"200": {"description": "The tokens", "content": _json(given)}}
    return answers | {status: _refusal(status) for status in refusals}


def _refusal(status: str) -> dict[str, Any]:
    return {"description": f"Error {status}", "content": _json(ERROR)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
