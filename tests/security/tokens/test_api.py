"""Signing in to the REST API."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.security.audit import SecurityEvent
from tests.fixtures.people import PASSWORD

LOGIN = "/api/v1/security/login"
REFRESH = "/api/v1/security/refresh"
LOGOUT = "/api/v1/security/logout"


def test_name_and_password_give_a_token(client, cast):
    answer = client.post(LOGIN, json=_given("cast-owner"))

    assert answer.status_code == 200
    assert set(answer.json) == {"access_token"}
    assert _call(client, answer.json["access_token"]).status_code == 200


def test_refresh_token_is_given_where_it_is_asked_for(client, cast):
    tokens = client.post(LOGIN, json=_given("cast-owner", refresh=True)).json

    answer = _call(client, tokens["refresh_token"], REFRESH, "post")

    assert answer.status_code == 200
    assert _call(client, answer.json["access_token"]).status_code == 200


@pytest.mark.parametrize("name", ["cast-owner", "nobody"])
def test_wrong_password_is_401_for_everybody(client, cast, name):
    answer = client.post(LOGIN, json=_given(name, password="not the password"))

    assert answer.status_code == 401
    assert answer.json["code"] == "login_failed"
    assert answer.json["message"] == "The name or the password is wrong."


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "username"),
        ({"username": "x"}, "password"),
        ({"username": 7, "password": "x"}, "username"),
        ({"username": "x", "password": ["y"]}, "password"),
        ({"username": "x", "password": "y", "provider": "ldap"}, "provider"),
        ({"username": "x", "password": "y", "refresh": "yes"}, "refresh"),
    ],
)
def test_wrong_fields_are_422_by_field(client, sent, field):
    answer = client.post(LOGIN, json=sent)

    assert answer.status_code == 422
    assert field in answer.json["errors"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"username=x&password=y", "application/x-www-form-urlencoded"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"", "application/json"),
        (b"null", "application/json"),
    ],
)
def test_what_is_no_json_object_is_400(client, body, kind):
    answer = client.post(LOGIN, data=body, content_type=kind)

    assert answer.status_code == 400


def test_a_refresh_token_works_once_and_its_second_use_ends_the_session(client, cast):
    first = client.post(LOGIN, json=_given("cast-owner", refresh=True)).json
    second = _call(client, first["refresh_token"], REFRESH, "post").json
    assert _call(client, second["access_token"]).status_code == 200

    reused = _call(client, first["refresh_token"], REFRESH, "post")

    assert (reused.status_code, reused.json["code"]) == (401, "token_reused")
    for name in ("access_token", "refresh_token"):
        url = REFRESH if name == "refresh_token" else "/api/v1/users/"
        method = "post" if name == "refresh_token" else "get"
        assert _call(client, second[name], url, method).json["code"] == "token_invalid"
    assert _events("token-reused") == ["refused"]


def test_each_new_refresh_token_works_in_its_turn(client, cast):
    token = client.post(LOGIN, json=_given("cast-owner", refresh=True)).json["refresh_token"]

    for _ in range(3):
        answer = _call(client, token, REFRESH, "post")
        assert answer.status_code == 200
        assert answer.json["refresh_token"] != token
        token = answer.json["refresh_token"]


def test_a_reused_token_ends_no_session_but_its_own(client, cast):
    first = client.post(LOGIN, json=_given("cast-owner", refresh=True)).json["refresh_token"]
    other = client.post(LOGIN, json=_given("cast-owner", refresh=True)).json["refresh_token"]
    _call(client, first, REFRESH, "post")
    _call(client, first, REFRESH, "post")

    assert _call(client, other, REFRESH, "post").status_code == 200


def test_logging_out_ends_all_tokens_of_the_session(client, cast):
    tokens = client.post(LOGIN, json=_given("cast-owner", refresh=True)).json
    other = client.post(LOGIN, json=_given("cast-owner")).json

    answer = _call(client, tokens["access_token"], LOGOUT, "post")

    assert (answer.status_code, answer.data) == (204, b"")
    assert _call(client, tokens["access_token"]).json["code"] == "token_invalid"
    assert _call(client, tokens["refresh_token"], REFRESH, "post").json["code"] == "token_invalid"
    assert _call(client, other["access_token"]).status_code == 200
    assert _events("log-out") == ["success"]


def test_logging_out_of_the_api_needs_a_token(client, cast, login):
    assert client.post(LOGOUT).status_code == 401
    login(client, cast.owner)

    assert client.post(LOGOUT).status_code == 401
    assert client.get("/home/").status_code == 200


def _events(kind: str) -> list[str]:
    rows = db.session.scalars(sa.select(SecurityEvent.outcome).where(SecurityEvent.kind == kind))
    return [outcome.value for outcome in rows]


def test_login_begins_no_session(client, cast):
    answer = client.post(LOGIN, json=_given("cast-owner"))

    assert "Set-Cookie" not in answer.headers
    assert client.get("/home/").status_code == 302


def test_token_is_asked_for_no_form_token(make_app):
    client = make_app(WTF_CSRF_ENABLED=True).test_client()

    assert client.post(LOGIN, json=_given("cast-owner")).status_code == 200


def test_refresh_takes_no_access_token_and_no_session(client, cast, login):
    token = client.post(LOGIN, json=_given("cast-owner")).json["access_token"]
    login(client, cast.owner)

    assert _call(client, token, REFRESH, "post").status_code == 401
    assert client.post(REFRESH).status_code == 401


def _given(name: str, password: str = PASSWORD, **more: object) -> dict:
    return {"username": name, "password": password, "provider": "db"} | more


def _call(client, token: str, url: str = "/api/v1/users/", method: str = "get"):
    return getattr(client, method)(url, headers={"Authorization": f"Bearer {token}"})
