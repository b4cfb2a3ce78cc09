"""A proxy that names whom it has signed in: believed from the proxy, and from nobody else."""

from __future__ import annotations

import json

import pytest
import requests

from app.extensions import db
from config import ConfigError
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.naming_proxy import ADDRESS, HEADER, naming_proxy
from tests.processes import server_process
from tests.security.conftest import user_named
from tests.security.providers.conftest import identities, is_signed_in

OPTIONS = {
    "register": True,
    "email_header": "X-Remote-Email",
    "name_header": "X-Remote-Name",
    "groups_header": "X-Remote-Groups",
    "roles": {"team": [TEAM_ROLE]},
    "label": "Gate",
}
SETTINGS = {
    "BUREAU_PROXY_COUNT": 1,
    "BUREAU_REMOTE_USER_HEADER": HEADER,
    "BUREAU_REMOTE_USER_PROXIES": (ADDRESS,),
}
FROM_PROXY = {"REMOTE_ADDR": ADDRESS}


@pytest.fixture(scope="module")
def running_proxy(make_app, tmp_path_factory):
    """A real server behind a real proxy."""
    app = make_app("sqlite")
    settings = {
        "BUREAU_PROXY_COUNT": "1",
        "BUREAU_REMOTE_USER_HEADER": HEADER,
        "BUREAU_REMOTE_USER_PROXIES": ADDRESS,
        "BUREAU_REMOTE_USER_OPTIONS": json.dumps(OPTIONS),
    }
    folder = tmp_path_factory.mktemp("behind")
    with (
        server_process(folder, app.config["DATABASE_URL"], **settings) as server,
        naming_proxy(server.url) as proxy,
    ):
        yield proxy, server


@pytest.fixture
def proxy(running_proxy):
    """The proxy, naming nobody yet."""
    running_proxy[0].name()
    return running_proxy[0]


@pytest.fixture
def server(running_proxy):
    """The server behind it, asked directly."""
    return running_proxy[1]


@pytest.fixture
def make_remote_app(make_app):
    """`make_remote_app(offer=True)` makes an application with other options."""

    def make(**options):
        return make_app(**SETTINGS, BUREAU_REMOTE_USER_OPTIONS=json.dumps(OPTIONS | options))

    return make


def ask(session, url, path, **headers):
    return session.get(f"{url}{path}", headers=headers, timeout=20)


def named(name, **headers):
    given = {HEADER: name, **headers}
    return {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in given.items()}


def test_whom_the_proxy_names_is_signed_in(proxy):
    proxy.name("carla")
    browser = requests.Session()

    answer = ask(browser, proxy.url, "/profile/")

    assert answer.status_code == 200
    assert answer.url == f"{proxy.url}/profile/"
    assert "carla" in answer.text


def test_somebody_else_named_ends_the_session(proxy):
    proxy.name("carla")
    browser = requests.Session()
    ask(browser, proxy.url, "/profile/")
    carlas = browser.cookies.copy()

    proxy.name("dario")
    page = ask(browser, proxy.url, "/profile/").text
    assert "dario" in page
    assert "carla" not in page

    proxy.name("carla")
    thief = requests.Session()
    thief.cookies = carlas
    answer = thief.get(f"{proxy.url}/profile/", allow_redirects=False, timeout=20)
    assert answer.headers["Location"].startswith("/login/")


def test_nobody_named_opens_nothing(proxy):
    proxy.name("carla")
    browser = requests.Session()
    ask(browser, proxy.url, "/profile/")

    proxy.name()
    answer = ask(browser, proxy.url, "/profile/")

    assert answer.url.startswith(f"{proxy.url}/login/")
    assert 'name="password"' in answer.text
    proxy.name("carla")
    assert ask(browser, proxy.url, "/profile/").url == f"{proxy.url}/profile/"


def test_client_names_nobody_through_the_proxy(proxy):
    answer = ask(requests.Session(), proxy.url, "/profile/", **{HEADER: "cast-admin"})

    assert "/login/" in answer.url


@pytest.mark.parametrize(
    "headers",
    [
        {HEADER: "carla"},
        {HEADER: "carla", "X-Forwarded-For": ADDRESS},
        {HEADER: "carla", "X-Forwarded-For": f"{ADDRESS}, {ADDRESS}"},
        {HEADER: "carla", "Forwarded": f"for={ADDRESS}", "X-Real-IP": ADDRESS},
    ],
)
def test_nobody_but_the_proxy_is_believed(server, headers):
    browser = requests.Session()

    for path in ("/profile/", "/login/with/proxy/"):
        answer = browser.get(
            f"{server.url}{path}", headers=headers, timeout=20, allow_redirects=False
        )
        assert answer.status_code in (302, 403)
        assert not answer.headers.get("Location", "/login/").startswith("/profile")

    assert "/login/" in ask(browser, server.url, "/profile/", **headers).url


@pytest.mark.parametrize(
    "names",
    [
        [("X_Remote_User", "cast-admin")],
        [("X-Remote_User", "cast-admin")],
        [("x_remote-user", "cast-admin")],
        [("X-Remote-User ", "cast-admin")],
        [("REMOTE_USER", "cast-admin")],
        [("Remote-User", "cast-admin")],
    ],
)
def test_header_of_another_spelling_is_none(proxy, names):
    proxy.names = names

    answer = ask(requests.Session(), proxy.url, "/profile/")

    assert answer.status_code in (200, 400)
    assert "/login/" in answer.url or answer.status_code == 400


def test_header_with_an_underscore_does_not_replace_the_real_one(proxy):
    proxy.names = [(HEADER, "carla"), ("X_Remote_User", "cast-admin")]

    answer = ask(requests.Session(), proxy.url, "/profile/")

    assert "carla" in answer.text or answer.status_code == 400
    assert "cast-admin" not in answer.text


@pytest.mark.parametrize("names", [("carla", "cast-admin"), ("carla,cast-admin",), ("carla", "")])
def test_two_names_are_none(proxy, names):
    proxy.name(*names)

    assert "/login/" in ask(requests.Session(), proxy.url, "/profile/").url


@pytest.mark.parametrize("name", ["", " ", "x" * 600, "a\tb", "a\x7fb", "car\u200bla"])
def test_odd_names_are_none(make_remote_app, name):
    app = make_remote_app()
    encoded = name.encode().decode("latin-1")

    answer = app.test_client().get("/login/", environ_overrides=FROM_PROXY | named(encoded))

    assert answer.status_code == 200
    with app.app_context():
        assert identities() == []


def test_name_of_an_account_takes_nothing_over(make_remote_app):
    app = make_remote_app()
    browser = app.test_client()

    environ = FROM_PROXY | named("cast-admin", **{"X-Remote-Email": "other@x.example"})
    browser.get("/login/with/proxy/", environ_overrides=environ)

    assert "cast-admin-2" in browser.get("/profile/", environ_overrides=environ).text
    page = browser.get("/administration/users/list/", environ_overrides=environ)
    assert page.status_code == 403


def test_more_headers_describe_a_new_account(make_remote_app):
    app = make_remote_app()
    more = {
        "X-Remote-Email": "Carla@gate.example",
        "X-Remote-Name": "Carla Nóbrega".encode().decode("latin-1"),
        "X-Remote-Groups": "all, team",
    }

    app.test_client().get(
        "/login/with/proxy/", environ_overrides=FROM_PROXY | named("carla", **more)
    )

    with app.app_context():
        carla = user_named("carla")
        assert (carla.first_name, carla.last_name) == ("Carla", "Nóbrega")
        assert carla.email == "carla@gate.example"
        assert [role.name for role in carla.roles] == [TEAM_ROLE]


def test_log_in_page_stays_where_it_is_offered(make_remote_app, sign_in):
    browser = make_remote_app(offer=True).test_client()

    page = browser.get("/login/", environ_overrides=FROM_PROXY | named("carla"))

    assert page.status_code == 200
    assert "Log in as carla (Gate)" in page.text
    assert sign_in(browser, "cast-owner", PASSWORD).status_code == 303
    assert is_signed_in(browser)


def test_logging_out_does_not_log_in_again(make_remote_app):
    browser = make_remote_app().test_client()
    environ = FROM_PROXY | named("carla")
    browser.get("/login/with/proxy/", environ_overrides=environ)

    answer = browser.post("/logout/", environ_overrides=environ)

    assert answer.location == "/login/?left=proxy"
    page = browser.get(answer.location, environ_overrides=environ)
    assert page.status_code == 200
    assert "Log in as carla" in page.text
    assert browser.get("/home/", environ_overrides=environ).location.startswith("/login/")


def test_log_in_leads_to_no_other_host(make_remote_app):
    environ = FROM_PROXY | named("carla")
    query = {"next": "https://evil.example/"}
    browser = make_remote_app().test_client()

    answer = browser.get("/login/", query_string=query, environ_overrides=environ)
    assert answer.location == "/login/with/proxy/?next=/home/"
    answer = browser.get("/login/with/proxy/", query_string=query, environ_overrides=environ)
    assert answer.location == "/home/"


def test_server_may_say_itself_who_it_is(make_app):
    settings = SETTINGS | {"BUREAU_REMOTE_USER_HEADER": "REMOTE_USER"}
    app = make_app(**settings, BUREAU_REMOTE_USER_OPTIONS=json.dumps(OPTIONS))
    environ = FROM_PROXY | {"REMOTE_USER": "carla"}

    app.test_client().get("/login/with/proxy/", environ_overrides=environ)

    with app.app_context():
        assert identities() == [("proxy", "carla")]


def test_deactivated_account_stays_out(make_remote_app):
    app = make_remote_app()
    browser, environ = app.test_client(), FROM_PROXY | named("carla")
    browser.get("/login/with/proxy/", environ_overrides=environ)
    with app.app_context():
        user_named("carla").active = False
        db.session.commit()

    answer = browser.get("/login/with/proxy/", environ_overrides=environ)

    assert answer.status_code == 403
    assert "Your account is not active." in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"BUREAU_PROXY_COUNT": 0},
        {"BUREAU_REMOTE_USER_PROXIES": ()},
        {"BUREAU_REMOTE_USER_PROXIES": ("gate.example",)},
        {"BUREAU_REMOTE_USER_HEADER": "X_Remote_User"},
        {"BUREAU_REMOTE_USER_HEADER": "X-Remote-User:"},
        {"BUREAU_REMOTE_USER_OPTIONS": '{"groups_header": "X_Groups"}'},
    ],
)
def test_application_does_not_start_where_anybody_could_be_believed(make_app, changes):
    with pytest.raises(ConfigError, match="BUREAU_REMOTE_USER"):
        make_app(**(SETTINGS | changes))
