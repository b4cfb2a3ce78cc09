"""A provider of OpenID Connect, built with Authlib, that answers over HTTP on a loopback port.

Whoever asks is let in as `person`, and each part of what it says can be made false, as an attacker
between or behind it would.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.flask_oauth2 import AuthorizationServer, current_token
from authlib.integrations.flask_oauth2.resource_protector import ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT_ID = "bureau-client"
CLIENT_SECRET = "a secret of the client"
MARIA = {
    "sub": "248289761001",
    "preferred_username": "maria",
    "given_name": "Maria",
    "family_name": "Sousa",
    "email": "maria@id.example",
    "email_verified": True,
    "groups": ["readers"],
}

Tamper = Callable[[dict[str, Any], dict[str, Any]], None]


class Client(ClientMixin):
    """The one client: Bureau."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/login/with/home/back/")

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    """What the browser carries back."""

    def __init__(self, code: str, asked: Any, person: dict[str, Any]) -> None:
        data = asked.payload.data
        self.code, self.person = code, person
        self.redirect_uri = asked.payload.redirect_uri
        self.scope, self.nonce = asked.payload.scope, data.get("nonce")
        self.code_challenge = data.get("code_challenge")
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Token(TokenMixin):
    """What opens the page that describes the person."""

    def __init__(self, person: dict[str, Any], scope: str) -> None:
        self.person, self.scope = person, scope

    def check_client(self, client: Client) -> bool:
        return True

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return 300

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class IdentityProvider:
    """The provider, and what it is made to say."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self.person: dict[str, Any] = dict(MARIA)
        self.person_of_userinfo: dict[str, Any] | None = None
        self.metadata: dict[str, Any] = {}
        self.answer: dict[str, str] = {}
        self.tamper: Tamper = lambda _header, _claims: None
        self.sign: Callable[[dict, dict], str] = self._sign
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Token] = {}
        self.asked: list[dict[str, str]] = []
        self.token_requests = 0

    def reset(self) -> None:
        """Tell the truth again."""
        key, kept = self.key, self.url
        self.__init__(kept)  # type: ignore[misc]
        self.key = key

    def describe(self) -> dict[str, Any]:
        """The description of the provider."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/leave",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def use_another_key(self, kid: str) -> None:
        """Sign with a new key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)

    def encode(self, nonce: str | None, person: dict[str, Any]) -> str:
        """The ID token of a person."""
        moment = int(time.time())
        header = {"alg": "RS256", "kid": self.key.kid}
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": moment, "exp": moment + 300}
        claims |= person | ({"nonce": nonce} if nonce else {})
        self.tamper(header, claims)
        return self.sign(header, claims)

    def _sign(self, header: dict, claims: dict) -> str:
        return jwt.encode(header, claims, self.key, [header["alg"]])

    def sign_with_nothing(self, header: dict, claims: dict) -> str:
        """A token that anybody can write."""
        return f"{_text({**header, 'alg': 'none'})}.{_text(claims)}."

    def sign_with_public_key(self, header: dict, claims: dict) -> str:
        """A token whose secret is the key that everybody can read."""
        secret = self.key.as_pem(private=False)
        text = f"{_text({**header, 'alg': 'HS256'})}.{_text(claims)}"
        return f"{text}.{_base64(hmac.digest(secret, text.encode(), 'sha256'))}"

    def sign_with_own_key(self, header: dict, claims: dict) -> str:
        """A token of somebody who has a key of the same name."""
        own = RSAKey.generate_key(2048, {"kid": self.key.kid}, private=True)
        return jwt.encode(header, claims, own, [header["alg"]])


def _text(part: dict) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def application(provider: IdentityProvider) -> Flask:
    """The pages of the provider."""
    app = Flask("identity_provider")
    server = AuthorizationServer()
    server.init_app(app, query_client=_client, save_token=_keep_token(provider))
    server.register_grant(_grant(provider), [_openid(provider)(), CodeChallenge(required=True)])
    protect = ResourceProtector()
    protect.register_token_validator(_validator(provider)())

    @app.get("/.well-known/openid-configuration")
    def describe() -> Any:
        return jsonify(provider.describe())

    @app.get("/keys")
    def keys() -> Any:
        return jsonify(KeySet([provider.key]).as_dict(private=False))

    @app.get("/authorize")
    def authorize() -> Any:
        provider.asked.append(request.args.to_dict())
        grant = server.get_consent_grant(end_user=provider)
        answer = server.create_authorization_response(grant_user=provider, grant=grant)
        if provider.answer:
            return redirect(add_params_to_uri(answer.location, provider.answer))
        return answer

    @app.post("/token")
    def token() -> Any:
        provider.token_requests += 1
        return server.create_token_response()

    @app.get("/userinfo")
    @protect()
    def userinfo() -> Any:
        return jsonify(provider.person_of_userinfo or current_token.person)

    @app.get("/leave")
    def leave() -> Any:
        provider.asked.append(request.args.to_dict())
        return redirect(request.args["post_logout_redirect_uri"])

    return app


def _client(client_id: str) -> Client | None:
    return Client() if client_id == CLIENT_ID else None


def _keep_token(provider: IdentityProvider) -> Callable:
    def keep(token: dict[str, Any], asked: Any) -> None:
        person = asked.authorization_code.person
        provider.tokens[token["access_token"]] = Token(person, token.get("scope", ""))

    return keep


def _grant(provider: IdentityProvider) -> type:
    class Grant(AuthorizationCodeGrant):
        def save_authorization_code(self, code: str, asked: Any) -> None:
            provider.codes[code] = Code(code, asked, dict(provider.person))

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            provider.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> IdentityProvider:
            return provider

    return Grant


def _openid(provider: IdentityProvider) -> type:
    class OpenId(OpenIDCode):
        def exists_nonce(self, nonce: str, asked: Any) -> bool:
            return False

        def generate_user_info(self, user: Any, scope: str) -> UserInfo:
            return UserInfo()

        def encode_id_token(self, token: dict[str, Any], asked: Any) -> str:
            code = asked.authorization_code
            return provider.encode(code.nonce, code.person)

    return OpenId


def _validator(provider: IdentityProvider) -> type:
    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string: str) -> Token | None:
            return provider.tokens.get(token_string)

    return Validator


@contextlib.contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """Run the provider for as long as the block lasts."""
    provider = IdentityProvider("")
    server = make_server("127.0.0.1", 0, application(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
