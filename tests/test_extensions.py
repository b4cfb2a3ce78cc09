"""The extensions that we have changed: tokens of forms that are masked, limits that cost nothing
where there are none."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode

import pytest
from flask import Flask, render_template_string, session
from flask_wtf.csrf import generate_csrf

from app.extensions import LimiterOnDemand, MaskedCsrf

FORM = "{{ csrf_token() }} {{ csrf_token() }}"


@pytest.fixture
def site():
    app = Flask(__name__)
    app.config.update(SECRET_KEY="a secret of the tests", TESTING=True)
    app.config["RATELIMIT_STORAGE_URI"] = "memory://"
    return app


@pytest.fixture
def client(site):
    MaskedCsrf().init_app(site)
    site.add_url_rule("/form", "form", lambda: render_template_string(FORM))
    site.add_url_rule("/plain", "plain", generate_csrf)
    site.add_url_rule("/secret", "secret", lambda: session.get("csrf_token", ""))
    site.add_url_rule("/save", "save", lambda: "saved", methods=["POST"])
    return site.test_client()


def test_a_token_is_one_for_the_response_and_another_in_the_next(client):
    first, second = client.get("/form").text.split(), client.get("/form").text.split()

    assert first[0] == first[1]
    assert first[0] != second[0]


def test_two_tokens_of_one_session_have_nothing_in_common(client):
    tokens = [client.get("/form").text.split()[0] for _time in range(8)]

    shared = set.intersection(
        *({token[at : at + 6] for at in range(len(token) - 5)} for token in tokens)
    )
    assert shared == set()


def test_every_token_of_the_session_is_good(client):
    tokens = [client.get("/form").text.split()[0] for _time in range(3)]

    for token in tokens:
        assert client.post("/save", data={"csrf_token": token}).text == "saved"
        assert client.post("/save", headers={"X-CSRFToken": token}).text == "saved"


def test_a_token_that_is_not_masked_is_good_too(client):
    token = client.get("/plain").text

    assert client.post("/save", data={"csrf_token": token}).text == "saved"


def altered(token: str) -> str:
    return token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]


@pytest.mark.parametrize(
    "make",
    [
        lambda _token: "",
        lambda _token: "é",
        lambda _token: "=",
        lambda _token: urlsafe_b64encode(bytes(40)).decode(),
        lambda token: token[:-3],
        lambda token: token + token,
        altered,
    ],
)
def test_any_other_token_is_refused(client, make):
    token = client.get("/form").text.split()[0]

    assert client.post("/save", data={"csrf_token": make(token)}).status_code == 400


def test_the_token_of_another_session_is_refused(client, site):
    token = site.test_client().get("/form").text.split()[0]
    client.get("/form")

    assert client.post("/save", data={"csrf_token": token}).status_code == 400


def test_without_a_session_no_token_is_good(client):
    assert client.post("/save", data={"csrf_token": "A" * 54}).status_code == 400


def test_the_secret_stands_on_no_page(client):
    page = client.get("/form").text

    assert client.get("/secret").text not in page
    assert re.fullmatch(r"[\w-]{54} [\w-]{54}", page)


@pytest.mark.parametrize("comes_first", ["limit", "application"])
def test_a_limit_counts_from_when_there_is_one(site, comes_first):
    limiter = LimiterOnDemand(key_func=lambda: "everybody")
    if comes_first == "application":
        limiter.init_app(site)
    view = limiter.limit("2 per minute")(lambda: "in")
    if comes_first == "limit":
        limiter.init_app(site)
    site.add_url_rule("/limited", "limited", view)
    client = site.test_client()

    assert [client.get("/limited").status_code for _time in range(3)] == [200, 200, 429]


def test_a_shared_limit_counts_too(site):
    limiter = LimiterOnDemand(key_func=lambda: "everybody")
    limiter.init_app(site)
    shared = limiter.shared_limit("1 per minute", scope="all")
    site.add_url_rule("/one", "one", shared(lambda: "one"))
    site.add_url_rule("/two", "two", shared(lambda: "two"))
    client = site.test_client()

    assert [client.get("/one").status_code, client.get("/two").status_code] == [200, 429]


def test_without_a_limit_no_request_is_looked_at(site):
    LimiterOnDemand(key_func=lambda: "everybody").init_app(site)

    assert not site.before_request_funcs
    assert not site.after_request_funcs
