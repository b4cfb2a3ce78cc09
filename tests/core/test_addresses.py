"""Links in mails lead where the settings say, whoever asks and however."""

from __future__ import annotations

import pytest

from app.core.addresses import public_url, site_url


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
