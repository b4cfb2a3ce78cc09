"""Addresses on pages are those of `url_for`; links in mails lead where the settings say."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from hypothesis import given, strategies as st
from werkzeug.routing import BuildError

from app.core.addresses import page_url, public_url, site_url

ARGUMENTS = st.one_of(st.text(min_size=1), st.integers())
QUERIES = st.dictionaries(
    st.text("abcdefg_", min_size=1).filter(lambda name: name[0] != "_"),
    st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text(), max_size=3)),
    max_size=3,
)


def bare_site() -> Flask:
    """An application with the kinds of rules there are."""
    site = Flask(__name__)
    for rule, endpoint in (
        ("/posts/list/", "list"),
        ("/posts/show/<pk>", "show"),
        ("/posts/number/<int:pk>", "number"),
        ("/files/<path:pk>", "file"),
        ("/two/", "two"),
        ("/two/<pk>", "two"),
        ("/pages/<int:page>", "first"),
    ):
        site.add_url_rule(rule, endpoint, answer)
    site.add_url_rule("/pages/", "first", answer, defaults={"page": 1})
    return site


def answer(**_values: object) -> str:
    return ""


SITE = bare_site()


@given(
    st.sampled_from(["show", "file", "two"]), ARGUMENTS, QUERIES, st.sampled_from(["/", "/o f/é/"])
)
def test_an_address_on_a_page_is_that_of_url_for(endpoint, argument, query, root):
    query.pop("pk", None)
    with SITE.test_request_context("/", base_url=f"http://site.example{root}"):
        assert page_url(endpoint, pk=argument, **query) == url_for(endpoint, pk=argument, **query)


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("list", {}),
        ("list", {"q": "a b", "page": 3, "none": None}),
        ("number", {"pk": 7}),
        ("two", {}),
        ("first", {}),
        ("first", {"page": 2}),
    ],
)
def test_every_kind_of_rule_gives_what_url_for_does(endpoint, values):
    with SITE.test_request_context("/"):
        assert page_url(endpoint, **values) == url_for(endpoint, **values)


@pytest.mark.parametrize(
    ("endpoint", "values"), [("show", {}), ("show", {"pk": None}), ("nowhere", {})]
)
def test_what_has_no_address_is_an_error(endpoint, values):
    with SITE.test_request_context("/"), pytest.raises(BuildError):
        page_url(endpoint, **values)


def test_values_that_stand_in_every_address_are_added():
    site = bare_site()
    site.url_defaults(lambda _endpoint, values: values.setdefault("lang", "pt"))

    with site.test_request_context("/"):
        assert page_url("show", pk="7") == "/posts/show/7?lang=pt"


def test_outside_a_request_an_address_is_whole():
    site = bare_site()
    site.config["SERVER_NAME"] = "site.example"

    with site.app_context():
        assert page_url("show", pk="7") == "http://site.example/posts/show/7"


def test_two_applications_have_addresses_of_their_own():
    other = Flask(__name__)
    other.add_url_rule("/elsewhere/<pk>", "show", lambda pk: "")

    with SITE.test_request_context("/"):
        here = page_url("show", pk="7")
    with other.test_request_context("/"):
        assert (here, page_url("show", pk="7")) == ("/posts/show/7", "/elsewhere/7")


@pytest.fixture
def address(app):
    """`address(url)` is that of the log-in page on a site of this address."""

    def make(url: str, **request: object) -> str:
        before, app.config["BUREAU_URL"] = app.config["BUREAU_URL"], url
        try:
            with app.test_request_context(**request) if request else app.app_context():
                return public_url("AuthView.login")
        finally:
            app.config["BUREAU_URL"] = before

    return make


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("", "http://127.0.0.1:8080/login/"),
        ("https://bureau.example", "https://bureau.example/login/"),
        ("https://bureau.example:8443/", "https://bureau.example:8443/login/"),
        ("https://example.org/office", "https://example.org/office/login/"),
    ],
)
def test_it_is_that_of_the_settings(address, url, found):
    assert address(url) == found


def test_no_header_changes_it(address):
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    assert address("https://bureau.example", headers=headers) == "https://bureau.example/login/"


def test_the_site_has_an_address_without_a_slash(app):
    with app.app_context():
        assert site_url() == "http://127.0.0.1:8080"
