"""Where an event comes from: the path, without what must not be kept of it."""

from __future__ import annotations

import pytest
from flask import Flask

from app.security.audit.origin import origin, path_without_secrets


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/links/tell/abcdefghij?next=/x", "/links/tell/***"),
        ("/links/tell/a%20b", "/links/tell/***"),
        ("/posts/7?token=abc", "/posts/7"),
    ],
)
def test_path_has_no_token_and_no_query(path, kept):
    app = Flask("tiny")
    app.add_url_rule("/links/tell/<token>", "tell", lambda token: "")
    app.add_url_rule("/posts/<int:pk>", "post", lambda pk: "")

    with app.test_request_context(path):
        assert path_without_secrets() == kept


def test_origin_tells_the_request():
    headers = {"User-Agent": "Mozilla\tfake", "X-Request-ID": "abc-1"}
    with Flask("tiny").test_request_context("/x", method="POST", headers=headers):
        found = origin()

    assert found["method"] == "POST"
    assert found["path"] == "/x"
    assert found["agent"] == "Mozilla\\u0009fake"
    assert found["user_id"] is None
