"""Keys of the cast, and calls with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.security.keys.operations import make_key
from app.security.rights.sets import Rights


@pytest.fixture
def key_of(db_session) -> Callable:
    """`key_of(user, ("can_read", "User"))` gives the text of a new key with these scopes."""

    def make(user, *scopes: tuple[str, str], **options) -> str:
        return make_key(user, "Test", Rights(scopes), **options)[1]

    return make


@pytest.fixture
def call(client) -> Callable:
    """`call(key, url)` asks the API with this key."""

    def send(key: str, url: str = "/api/v1/users/", method: str = "GET", **options):
        headers = {"Authorization": f"Bearer {key}"}
        return client.open(url, method=method, headers=headers, **options)

    return send
