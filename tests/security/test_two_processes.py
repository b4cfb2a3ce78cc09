"""A right that is taken away in one server process is gone in another at the very next request."""

from __future__ import annotations

import pytest
import requests
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.extensions import db
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.processes import server_process
from tests.security.conftest import USERS, find, find_pair, user_named

ROUNDS = 5
TIMEOUT = 20


@pytest.fixture(scope="module", params=["with redis", "without redis"])
def two_servers(request, make_app, tmp_path_factory):
    """Two server processes on one PostgreSQL, and the application that made the database."""
    app = make_app("postgresql")
    url, folder = app.config["DATABASE_URL"], tmp_path_factory.mktemp("servers")
    settings = {"BUREAU_WORKER": "0"}
    if request.param == "with redis":
        settings["REDIS_URL"] = request.getfixturevalue("redis_url")
    with (
        server_process(folder / "a", url, **settings) as first,
        server_process(folder / "b", url, **settings) as second,
    ):
        yield app, first.url, second.url


def token_of(server, name):
    sent = {"username": name, "password": PASSWORD}
    answer = requests.post(f"{server}/api/v1/security/login", json=sent, timeout=TIMEOUT)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def browser_of(server, name):
    browser = requests.Session()
    sent = {"username": name, "password": PASSWORD}
    answer = browser.post(f"{server}/login/", data=sent, timeout=TIMEOUT, allow_redirects=False)
    assert answer.status_code == 303
    return browser


def codes(server, browser, headers):
    """What the page and the API answer to somebody who is signed in by cookie and by token."""
    page = browser.get(f"{server}{USERS}", timeout=TIMEOUT, allow_redirects=False)
    api = requests.get(f"{server}/api/v1/users/", headers=headers, timeout=TIMEOUT)
    return page.status_code, api.status_code


@pytest.fixture
def owner(two_servers):
    """The key of somebody with the team's role, and of that role."""
    app, *_servers = two_servers
    with app.app_context():
        found = user_named("cast-owner").id, find(Role, name=TEAM_ROLE).id
        db.session.remove()
    return found


def change(server, admin, path, **values):
    answer = requests.patch(f"{server}{path}", json=values, headers=admin, timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text


def test_role_taken_in_one_process_is_gone_in_the_other(two_servers, owner):
    _app, first, second = two_servers
    key, role = owner
    admin, browser = token_of(first, "cast-admin"), browser_of(second, "cast-owner")
    headers = token_of(second, "cast-owner")

    for _round in range(ROUNDS):
        assert codes(second, browser, headers) == (200, 200)
        change(first, admin, f"/api/v1/users/{key}", roles=[])
        assert codes(second, browser, headers) == (403, 403)
        change(first, admin, f"/api/v1/users/{key}", roles=[role])


def test_permission_taken_in_one_process_is_gone_in_the_other(two_servers, owner):
    app, first, second = two_servers
    browser, headers = browser_of(first, "cast-owner"), token_of(first, "cast-owner")
    admin = token_of(second, "cast-admin")
    with app.app_context():
        role = find(Role, name=TEAM_ROLE)
        all_pairs = [pair.id for pair in role.permissions]
        left = [key for key in all_pairs if key != find_pair("can_read", "User").id]
        db.session.remove()

    for _round in range(ROUNDS):
        assert codes(first, browser, headers) == (200, 200)
        change(second, admin, f"/api/v1/roles/{owner[1]}", permissions=left)
        assert codes(first, browser, headers) == (403, 403)
        change(second, admin, f"/api/v1/roles/{owner[1]}", permissions=all_pairs)


def test_session_ended_in_one_process_is_over_in_the_other(two_servers):
    _app, first, second = two_servers
    browser = browser_of(first, "cast-owner")
    assert browser.get(f"{second}/home/", timeout=TIMEOUT, allow_redirects=False).ok
    thief = requests.Session()
    thief.cookies = browser.cookies.copy()

    browser.post(f"{first}/logout/", timeout=TIMEOUT)

    answer = thief.get(f"{second}/home/", timeout=TIMEOUT, allow_redirects=False)
    assert answer.headers["Location"].startswith("/login/")


def test_deactivated_user_is_out_in_the_other(two_servers, owner):
    app, first, second = two_servers
    admin, browser = token_of(first, "cast-admin"), browser_of(second, "cast-owner")
    headers = token_of(second, "cast-owner")
    try:
        assert codes(second, browser, headers) == (200, 200)
        change(first, admin, f"/api/v1/users/{owner[0]}", active=False)
        assert codes(second, browser, headers) == (302, 401)
    finally:
        with app.app_context():
            table = user_named("cast-owner").__table__
            db.session.execute(sa.update(table).values(active=True))
            db.session.commit()
            db.session.remove()
