"""Second factors of clients of the REST API."""

from __future__ import annotations

import pytest

from tests.fixtures.people import PASSWORD

LOGIN = "/api/v1/security/login"


@pytest.fixture
def ask(client):
    """`ask(user, code=…)` asks for a token."""

    def post(user, **more):
        data = {"username": user.username, "password": PASSWORD, "provider": "db", **more}
        return client.post(LOGIN, json=data)

    return post


def test_whoever_has_no_factor_needs_no_code(ask, cast):
    assert ask(cast.owner).status_code == 200


@pytest.mark.both_databases
def test_a_code_is_asked_for_and_taken_once(client, ask, cast, phone_of):
    phone = phone_of(cast.owner)

    without, wrong = ask(cast.owner), ask(cast.owner, code="000000")
    right, again = (ask(cast.owner, code=phone.code()) for _try in range(2))

    assert (without.status_code, without.json["code"]) == (401, "factor_required")
    assert (wrong.status_code, wrong.json["code"]) == (401, "factor_wrong")
    token = right.json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/users/", headers=headers).status_code == 200
    assert (again.status_code, again.json["code"]) == (401, "factor_wrong")


def test_a_recovery_code_does_too(ask, cast, phone_of):
    phone = phone_of(cast.owner)

    assert ask(cast.owner, code=phone.codes[3]).status_code == 200
    assert ask(cast.owner, code=phone.codes[3]).json["code"] == "factor_wrong"


def test_the_wrong_password_says_nothing_of_factors(client, cast, phone_of):
    phone_of(cast.owner)
    data = {"username": "cast-owner", "password": "not the password", "provider": "db"}

    assert client.post(LOGIN, json=data).json["code"] == "login_failed"


def test_whoever_must_have_one_sets_it_up_in_a_browser(ask, cast, enforce):
    enforce()

    answer = ask(cast.owner)

    assert (answer.status_code, answer.json["code"]) == (401, "factor_not_set_up")


def test_a_token_with_a_factor_opens_what_a_role_protects(client, ask, cast, enforce, phone_of):
    phone = phone_of(cast.owner)
    enforce()
    token = ask(cast.owner, code=phone.code()).json["access_token"]

    answer = client.get("/api/v1/users/", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("code", [123456, ["1"], {"a": 1}, True])
def test_a_code_is_a_text(ask, cast, phone_of, code):
    phone_of(cast.owner)

    answer = ask(cast.owner, code=code)

    assert answer.status_code == 422
    assert "code" in answer.json["errors"]


def test_the_document_names_the_field(client, cast, login):
    login(client, cast.owner)

    spec = client.get("/api/v1/_openapi").json

    body = spec["paths"][LOGIN]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["code"]["type"] == "string"
