"""No other site's script calls the API unless the settings say so, and never with our cookie."""

from __future__ import annotations

import pytest

URL = "/api/v1/posts/"
OURS = "https://partner.example"
ASKED = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization",
}


def cors_headers(answer) -> dict[str, str]:
    return {n: v for n, v in answer.headers.items() if n.startswith("Access-Control-")}


@pytest.fixture(scope="module")
def open_app(make_app):
    return make_app(BUREAU_CORS_ORIGINS=(OURS, "http://127.0.0.1:3000"))


@pytest.mark.parametrize("path", [URL, "/home/", "/login/"])
def test_it_is_closed_by_default(client, path):
    headers = {"Origin": OURS, **ASKED}

    assert cors_headers(client.options(path, headers=headers)) == {}
    assert cors_headers(client.get(path, headers=headers)) == {}


@pytest.mark.parametrize("origin", [OURS, "http://127.0.0.1:3000"])
def test_a_listed_site_may_ask_with_a_token(open_app, origin):
    client = open_app.test_client()

    preflight = client.options(f"{URL}1", headers={"Origin": origin, **ASKED})
    answer = client.get(URL, headers={"Origin": origin, "Authorization": "Bearer x"})

    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == origin
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert preflight.headers["Access-Control-Allow-Headers"].lower() == "authorization"
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "Origin" in answer.headers["Vary"]


def test_no_site_may_send_our_cookie(open_app):
    client = open_app.test_client()

    for answer in (
        client.options(URL, headers={"Origin": OURS, **ASKED}),
        client.get(URL, headers={"Origin": OURS}),
    ):
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://partner.example.evil.example",
        "https://evil-partner.example",
        "http://partner.example",
        "https://partnerXexample",
        "https://partner.example:8443",
        "",
    ],
)
def test_a_site_that_is_not_listed_may_not(open_app, origin):
    answer = open_app.test_client().options(URL, headers={"Origin": origin, **ASKED})

    assert cors_headers(answer) == {}


@pytest.mark.parametrize("path", ["/home/", "/login/", "/health/live", "/profile/", "/apiary"])
def test_pages_stay_closed_to_a_listed_site(open_app, path):
    assert cors_headers(open_app.test_client().get(path, headers={"Origin": OURS})) == {}
