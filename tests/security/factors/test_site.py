"""What passkeys know the site by."""

from __future__ import annotations

import pytest

from app.security.factors.site import relying_party


@pytest.mark.parametrize(
    ("url", "setting", "party"),
    [
        ("https://bureau.example/", "", ("bureau.example", "https://bureau.example")),
        ("https://bureau.example:8443/", "", ("bureau.example", "https://bureau.example:8443")),
        ("http://localhost:8080/", "", ("localhost", "http://localhost:8080")),
        (
            "https://bureau.example/",
            "https://bureau.example:443/",
            ("bureau.example", "https://bureau.example"),
        ),
        # Behind a proxy that does not say so, the address that people use is what counts.
        (
            "http://bureau.example/",
            "https://bureau.example",
            ("bureau.example", "https://bureau.example"),
        ),
        ("https://evil.example/", "https://bureau.example", None),
        ("http://bureau.example/", "", None),
        ("https://192.0.2.7/", "", None),
        ("https://[2001:db8::1]/", "", None),
        ("http://127.0.0.1:8080/", "", None),
    ],
)
def test_a_host_name_and_where_pages_come_from(app, url, setting, party):
    before = app.config.get("BUREAU_URL")
    app.config["BUREAU_URL"] = setting
    try:
        with app.test_request_context(base_url=url):
            found = relying_party()
    finally:
        app.config["BUREAU_URL"] = before

    assert (found and (found.id, found.origin)) == party
