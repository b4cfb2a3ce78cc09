"""A provider and an application that knows it; what one writes the next does not see."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests
import sqlalchemy as sa

from app.extensions import db
from app.security.factors.models import RolePolicy
from app.security.providers.models import UserIdentity
from tests.fixtures.database import cache_clear, rolled_back
from tests.fixtures.people import TEAM_ROLE
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider
from tests.security.conftest import user_named

HOME = "/login/with/home/"
PLAIN = "/login/with/plain/"


@pytest.fixture(scope="session")
def running_provider():
    """The provider's server, for all tests of this process."""
    with pytest.MonkeyPatch.context() as patch, identity_provider() as running:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        yield running


@pytest.fixture
def provider(running_provider):
    """The provider, telling the truth until a test says otherwise."""
    running_provider.reset()
    return running_provider


@pytest.fixture(scope="session")
def oidc_settings(running_provider) -> dict:
    """The settings of a provider whose groups give roles, which a test may add to."""
    return {
        "label": "Home",
        "url": running_provider.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "register": True,
        "roles": {"team": [TEAM_ROLE], "boss": ["Admin"]},
    }


@pytest.fixture
def make_oidc_app(make_app, oidc_settings) -> Callable:
    """`make_oidc_app(register=False)` makes an application with other options."""

    def make(backend: str = "sqlite", **changes: object):
        listed = {"home": {**oidc_settings, **changes}}
        return make_app(backend, BUREAU_OIDC=json.dumps(listed))

    return make


@pytest.fixture(scope="session")
def shared_oidc_apps() -> dict:
    """The applications whose tests are rolled back, by kind of database."""
    return {}


@pytest.fixture
def oidc_app(database, make_app, oidc_settings, shared_oidc_apps):
    """An application that knows the provider; what a test writes is rolled back."""
    if database not in shared_oidc_apps:
        listed = {"home": oidc_settings}
        shared_oidc_apps[database] = make_app(database, BUREAU_OIDC=json.dumps(listed))
    app = shared_oidc_apps[database]
    app.extensions["bureau_providers"].oauth.create_client("home").server_metadata.clear()
    cache_clear(app)
    with rolled_back(app):
        yield app


@pytest.fixture
def browser(oidc_app):
    """A visitor of that application."""
    return oidc_app.test_client()


@pytest.fixture
def require_factor() -> Callable:
    """`require_factor(app, "maria")` gives her a role that asks for a second factor."""

    def require(app, username: str) -> None:
        with app.app_context():
            role = app.appbuilder.sm.add_role("Careful")
            user_named(username).roles = [role]
            db.session.add(RolePolicy(role_id=role.id, requires_factor=True))
            db.session.commit()

    return require


def go_to_provider(client, start: str = HOME, **query: str) -> str:
    """Begin, let the provider answer, and give the address that it sends the browser back to."""
    begun = client.get(start, query_string=query)
    assert begun.status_code == 302, begun.text
    return requests.get(begun.location, allow_redirects=False, timeout=5).headers["Location"]


def come_back(client, address: str):
    """Follow the provider's redirect to our own address."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def log_in(client, start: str = HOME, **query: str):
    """Log in with the provider and give our answer."""
    return come_back(client, go_to_provider(client, start, **query))


def identities() -> list[tuple[str, str]]:
    """All links, as (provider, subject)."""
    found = db.session.execute(sa.select(UserIdentity.provider, UserIdentity.subject))
    return [tuple(row) for row in found]


def is_signed_in(client) -> bool:
    """Whether the pages of users open."""
    return client.get("/home/").status_code == 200
