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
    """Add the scheme of our tokens, and the two addresses that give one."""
    for scheme in ("jwt", "jwt_refresh"):
        spec.components.security_scheme(
            scheme, {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        )
    login = {
        "tags": [tag],
        "summary": "Sign in: tokens for a name and its password.",
        "requestBody": {"required": True, "content": _json(LOGIN)},
        "responses": _answers(("access_token", "refresh_token"), "400", "401", "422", "429"),
    }
    refresh = {
        "tags": [tag],
        "summary": "Renew a token; the refresh token stands in the header.",
        "security": [{"jwt_refresh": []}],
        "responses": _answers(("access_token",), "401"),
    }
    spec.path(path=f"{base}/login", operations={"post": login})
    spec.path(path=f"{base}/refresh", operations={"post": refresh})


def _answers(tokens: tuple[str, ...], *refusals: str) -> dict[str, Any]:
    given = {"type": "object", "properties": dict.fromkeys(tokens, TEXT)}
    answers = {"200": {"description": "The tokens", "content": _json(given)}}
    for status in refusals:
        answers[status] = {"description": f"Error {status}", "content": _json(ERROR)}
    return answers


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
