"""What every answer of the whole application carries, and which hosts it answers for."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.people import PASSWORD

HOST = "https://bureau.test"
ADDRESSES = (
    "/login/",
    "/home/",
    "/nowhere",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/nowhere",
    "/api/v1/users/",
    "/api/v1/_openapi",
    "/swagger/v1",
    "/static/dist/nothing.css",
    "/administration/users/list/",
    "/administration/users/list/?page=x",
    "/administration/users/export/csv",
    "/administration/users/export/nothing",
)


@pytest.fixture(scope="module")
def production(make_app):
    """The application as it runs in production, on a database of its own."""
    return make_app(BUREAU_ENV="production", TRUSTED_HOSTS=["bureau.test"], BUREAU_PROXY_COUNT=1)


@pytest.fixture
def signed_in(production):
    """The administrator's browser, signed in by the form."""
    client = production.test_client()
    data = {"username": "cast-admin", "password": PASSWORD}
    assert client.post("/login/", base_url=HOST, data=data).status_code == 303
    return client


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "TRACE"])
def test_every_answer_has_every_header(production, signed_in, path, method):
    for client in (production.test_client(), signed_in):
        headers = client.open(path, method=method, base_url=HOST).headers

        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "max-age=31536000" in headers["Strict-Transport-Security"]
        assert "camera=()" in headers["Permissions-Policy"]
        assert headers["Cache-Control"]
        assert "X-Powered-By" not in headers


def test_answer_to_a_fault_of_ours_has_them_too(make_app):
    app = make_app()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)

    answer = app.test_client().get("/broken")

    assert answer.status_code == 500
    assert "'nonce-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_script_of_a_page_has_the_nonce_and_nothing_is_inline(signed_in):
    for path in ("/home/", "/administration/users/list/", "/swagger/v1", "/nowhere"):
        answer = signed_in.get(path, base_url=HOST)
        nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])[1]

        for tag in re.findall(r"<script[^>]*>", answer.text):
            assert f'nonce="{nonce}"' in tag, path
        assert " style=" not in answer.text
        assert not re.search(r"\son\w+=", answer.text)


def test_cookies_of_production_are_bound_to_the_host_and_small(production, signed_in):
    answer = production.test_client().post(
        "/login/", base_url=HOST, data={"username": "cast-admin", "password": PASSWORD}
    )

    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert attribute in cookie
        assert "Domain=" not in cookie
        assert len(cookie) < 4_096


FORGED = (
    {"Host": "evil.test"},
    {"Host": "bureau.test.evil.test"},
    {"Host": "evil.test:443"},
    {"Host": "bureau.test@evil.test"},
    {"Host": "bureau.test", "X-Forwarded-Host": "evil.test"},
    {"Host": "evil.test", "X-Forwarded-Host": "evil.test"},
)


@pytest.mark.parametrize("headers", FORGED)
@pytest.mark.parametrize("path", ["/", "/login/", "/home/", "/api/v1/users/", "/nowhere", "//x"])
def test_host_that_is_not_ours_gets_nothing(production, headers, path):
    answer = production.test_client().get(path, base_url=HOST, headers=headers)

    assert answer.status_code == 400
    assert "evil.test" not in answer.text
    assert "Location" not in answer.headers


def test_forwarded_host_is_not_believed_without_a_proxy(make_app):
    app = make_app(BUREAU_ENV="production", TRUSTED_HOSTS=["bureau.test"])
    forged = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "ftp", "Forwarded": "host=evil"}

    for path in ("/", "/login/", "/home/", "/api/v1/users/"):
        answer = app.test_client().get(path, base_url=HOST, headers=forged)
        assert "evil" not in answer.text
        assert answer.headers.get("Location", "/").startswith("/")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_signing_out_needs_a_form(signed_in, method):
    assert signed_in.open("/logout/", method=method, base_url=HOST).status_code == 405
    assert signed_in.get("/home/", base_url=HOST).status_code == 200
