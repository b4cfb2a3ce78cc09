"""Whoever calls the API with the browser's cookie must prove that a page of ours sent the call."""

from __future__ import annotations

import base64
import re

import pytest

from tests.core.zoo import add_zoo
from tests.crawl import first_key, sign_in

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
BY_TOKEN_ALONE = {"SecurityApi.login", "SecurityApi.refresh", "SecurityApi.logout"}
"""They take no cookie at all: a name and password or a token say who calls."""
UUID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def guarded_app(make_app):
    app = make_app(WTF_CSRF_ENABLED=True)
    add_zoo(app)
    return app


@pytest.fixture
def admin(guarded_app):
    return sign_in(guarded_app, "admin")


def changing_calls(app, client):
    """Each address of the API that changes something, as (endpoint, method, path)."""
    views = {view.endpoint: view for view in app.appbuilder.baseviews}
    for rule in app.url_map.iter_rules():
        for method in sorted({*CHANGING} & rule.methods if rule.rule.startswith("/api/") else ()):
            api = views[rule.endpoint.rpartition(".")[0]]
            screens = getattr(api, "view", None)
            key = first_key(client, screens) if screens is not None else None
            known = {"pk": key or "1", "operation_id": UUID, "operation": "x"}
            if screens is not None and screens.actions:
                known["operation"] = next(iter(screens.actions))
            values = {name: known.get(name, "x") for name in rule.arguments}
            yield rule.endpoint, method, app.url_map.bind("").build(rule.endpoint, values, method)


def csrf_token(client) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile/").text)
    return found[1]


def test_no_change_by_cookie_is_done_without_the_header(guarded_app, admin):
    answers = {
        (method, path): admin.open(path, method=method, json={})
        for endpoint, method, path in changing_calls(guarded_app, admin)
        if endpoint not in BY_TOKEN_ALONE
    }

    assert len(answers) > 50
    assert {
        call: (answer.status_code, answer.json["code"])
        for call, answer in answers.items()
        if (answer.status_code, answer.json["code"])
        not in {(400, "csrf"), (403, "forbidden"), (404, "not_found")}
    } == {}
    assert len([a for a in answers.values() if a.json["code"] == "csrf"]) > 100


@pytest.mark.parametrize("scheme", ["Basic", "Negotiate", "x"])
def test_no_other_authorization_takes_the_place_of_the_header(admin, scheme):
    sent = f"{scheme} {base64.b64encode(b'cast-admin:x').decode()}"

    answer = admin.post("/api/v1/badges/", json={"name": "x"}, headers={"Authorization": sent})

    assert (answer.status_code, answer.json["code"]) == (400, "csrf")


def test_a_change_by_cookie_is_done_with_the_header(admin):
    headers = {"X-CSRFToken": csrf_token(admin)}

    made = admin.post("/api/v1/badges/", json={"name": "By cookie"}, headers=headers)
    path = made.headers["Location"]

    assert made.status_code == 201
    assert admin.patch(path, json={"name": "Renamed"}, headers=headers).status_code == 200
    assert admin.delete(path).json["code"] == "csrf"
    assert admin.delete(path, headers=headers).status_code == 204


def test_the_header_of_another_session_does_not_do(guarded_app, admin):
    headers = {"X-CSRFToken": csrf_token(sign_in(guarded_app, "owner"))}

    answer = admin.post("/api/v1/badges/", json={"name": "x"}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (400, "csrf")


def test_reading_by_cookie_needs_no_header(guarded_app, admin):
    assert admin.get("/api/v1/badges/").status_code == 200
    assert admin.get("/api/v1/_openapi").status_code == 200


@pytest.mark.parametrize("endpoint", sorted(BY_TOKEN_ALONE))
def test_what_needs_no_header_takes_no_cookie(guarded_app, admin, endpoint):
    path = guarded_app.url_map.bind("").build(endpoint, method="POST")

    assert admin.post(path, json={}).status_code in (401, 422)
