"""Logging in by LDAP, against a directory of our own that really runs."""

from __future__ import annotations

import json
import logging
import socket
import time

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.extensions import db
from app.security.audit import SecurityEvent
from app.security.passwords import hash_password
from app.security.providers.directory import Entry, _subject, find_person
from app.security.providers.models import UserIdentity
from app.security.providers.options import LdapOptions
from app.security.providers.registry import providers
from tests.directory_server import (
    BASE,
    BOSSES_DN,
    PASSWORD,
    PEOPLE,
    SERVICE_DN,
    SERVICE_PASSWORD,
    TEAM_DN,
    directory_server,
)
from tests.fixtures.database import cache_clear, rolled_back
from tests.fixtures.people import PASSWORD as CAST_PASSWORD, TEAM_ROLE
from tests.security.conftest import user_named
from tests.security.providers.conftest import identities, is_signed_in

INJECTIONS = [
    "*",
    "ine*",
    "ines)(objectClass=*",
    "*)(uid=ines",
    "*)(|(uid=*",
    "ines)(&)",
    "ines\\2a",
    "\\69nes",
    "ines\x00",
    "in\nes",
    f"uid=ines,{PEOPLE}",
    "ines,ou=people",
    "ines " * 100,
    "(uid=ines)",
    "ínês",
    "{name}",
]


@pytest.fixture(scope="session")
def running_directory():
    """The directory, for all tests of this process."""
    with directory_server() as running:
        yield running


@pytest.fixture
def directory(running_directory):
    """The directory, awake."""
    if running_directory.process is None:
        running_directory.start()
    return running_directory


@pytest.fixture
def make_ldap_app(make_app, running_directory):
    """`make_ldap_app(register=False)` makes an application with other options."""

    def make(backend="sqlite", *, url="", config=None, **options):
        given = {
            "register": True,
            "ca_file": running_directory.ca_file,
            "timeout_seconds": 2,
            "roles": {TEAM_DN: [TEAM_ROLE], BOSSES_DN.upper().replace(",", ", "): ["Admin"]},
            **options,
        }
        settings = {
            "BUREAU_LDAP_URL": url or running_directory.url,
            "BUREAU_LDAP_BIND_DN": SERVICE_DN,
            "BUREAU_LDAP_BIND_PASSWORD": SERVICE_PASSWORD,
            "BUREAU_LDAP_BASE": PEOPLE,
            "BUREAU_LDAP_OPTIONS": json.dumps(given),
            **(config or {}),
        }
        return make_app(backend, **settings)

    return make


@pytest.fixture(scope="session")
def shared_ldap_apps():
    """The one application whose tests are rolled back."""
    return []


@pytest.fixture
def ldap_app(make_ldap_app, directory, shared_ldap_apps):
    """An application that knows the directory; what a test writes is rolled back."""
    if not shared_ldap_apps:
        shared_ldap_apps.append(make_ldap_app())
    (app,) = shared_ldap_apps
    cache_clear(app)
    with rolled_back(app):
        yield app


@pytest.fixture
def browser(ldap_app):
    """A visitor of that application."""
    return ldap_app.test_client()


def role_names(name):
    return {role.name for role in user_named(name).roles}


@pytest.mark.both_databases
def test_password_of_the_directory_signs_in(make_ldap_app, directory, database, sign_in):
    app = make_ldap_app(database)
    browser = app.test_client()

    answer = sign_in(browser, "ines", PASSWORD)

    assert answer.status_code == 303
    assert is_signed_in(browser)
    with app.app_context():
        ines = user_named("ines")
        assert (ines.first_name, ines.last_name) == ("Inês", "Duarte")
        assert ines.email == "ines@bureau.example"
        assert ines.password is None
        assert ines.login_count == 1
        assert role_names("ines") == {TEAM_ROLE}


@pytest.mark.parametrize("how", ["url", "starttls_url"])
def test_connection_is_encrypted_and_verified(make_ldap_app, directory, sign_in, how):
    url = getattr(directory, how)

    assert sign_in(make_ldap_app(url=url).test_client(), "ines", PASSWORD).status_code == 303
    unknown = make_ldap_app(url=url, ca_file="").test_client()
    assert sign_in(unknown, "ines", PASSWORD).status_code == 503
    other_name = make_ldap_app(url=url.replace("127.0.0.1", "localhost")).test_client()
    assert sign_in(other_name, "ines", PASSWORD).status_code == 503


@pytest.mark.parametrize(
    "password", ["wrong", PASSWORD.upper(), f"{PASSWORD} ", "x" * 2000, "a\0b"]
)
def test_wrong_password_is_refused(browser, sign_in, password):
    answer = sign_in(browser, "ines", password)

    assert answer.status_code == 401
    assert "The name or the password is wrong." in answer.text


@pytest.mark.parametrize("name", ["ines", "nobody"])
def test_empty_password_is_no_bind(ldap_app, directory, name):
    with ldap_app.test_request_context():
        options = providers().ldap

        assert find_person(options, name, "") is None
        assert find_person(options, name, PASSWORD) is None or name == "ines"


def test_directory_really_takes_empty_passwords(directory):
    """Else the test above would show nothing."""
    dn = f"uid=ines,{PEOPLE}".encode()
    name = b"\x04" + bytes([len(dn)]) + dn
    bind = b"\x02\x01\x03" + name + b"\x80\x00"
    request = b"\x02\x01\x01\x60" + bytes([len(bind)]) + bind
    with socket.create_connection(("127.0.0.1", directory.port), timeout=5) as connection:
        connection.sendall(b"\x30" + bytes([len(request)]) + request)
        answer = connection.recv(100)

    result_code = answer[answer.index(b"\x0a\x01") + 2]
    assert result_code == 0


@pytest.mark.parametrize("name", INJECTIONS)
def test_name_is_a_name_and_no_filter(ldap_app, browser, sign_in, name):
    answer = sign_in(browser, name, PASSWORD)

    assert answer.status_code == 401
    with ldap_app.app_context():
        assert identities() == []


def test_name_of_two_entries_is_none(make_ldap_app, directory, sign_in):
    app = make_ldap_app(config={"BUREAU_LDAP_FILTER": "(mail={name})"})

    assert sign_in(app.test_client(), "ines@bureau.example", PASSWORD).status_code == 303
    assert sign_in(app.test_client(), "twin@bureau.example", PASSWORD).status_code == 401


def test_entry_is_known_by_what_never_changes(ldap_app, browser, directory, sign_in):
    sign_in(browser, "twin2", PASSWORD)
    directory.rename("twin2", "renamed")
    try:
        again = ldap_app.test_client()
        assert sign_in(again, "renamed", PASSWORD).status_code == 303
        assert "twin2" in again.get("/profile/").text
        with ldap_app.app_context():
            ((provider, subject),) = identities()
            assert provider == "ldap"
            assert len(subject) == 36
    finally:
        directory.rename("renamed", "twin2")


@pytest.mark.parametrize("name", ["cast-admin", "cast-owner"])
def test_entry_called_as_an_account_takes_nothing_over(ldap_app, browser, sign_in, name):
    answer = sign_in(browser, name, PASSWORD)

    with ldap_app.app_context():
        owners = db.session.scalars(sa.select(UserIdentity.user_id)).all()
        assert user_named(name).id not in owners
    if name == "cast-admin":
        assert answer.status_code == 403
        assert "There already is an account with the address" in answer.text
    else:
        assert answer.status_code == 303
        assert "cast-owner-2" in browser.get("/profile/").text
    assert browser.get("/administration/users/list/").status_code != 200


def test_account_keeps_its_own_password_beside_the_directory(ldap_app, browser, sign_in):
    assert sign_in(browser, "cast-owner", CAST_PASSWORD).status_code == 303


def test_linked_account_takes_no_password_that_it_does_not_have(ldap_app, browser, sign_in):
    sign_in(browser, "ines", PASSWORD)
    with ldap_app.app_context():
        user_named("ines").password = hash_password("an old password of hers")
        db.session.commit()
        user_named("ines").password = None
        db.session.commit()

    assert sign_in(browser, "ines", "an old password of hers").status_code == 401


def test_somebody_new_is_refused_where_the_directory_may_not_register(
    make_ldap_app, directory, sign_in
):
    app = make_ldap_app(register=False)

    answer = sign_in(app.test_client(), "ines", PASSWORD)

    assert answer.status_code == 403
    assert "No account here is linked to ines@bureau.example at LDAP." in answer.text


def test_groups_of_the_directory_give_mapped_roles(ldap_app, browser, sign_in):
    sign_in(browser, "rui", PASSWORD)

    with ldap_app.app_context():
        assert role_names("rui") == {"Admin"}


def test_groups_are_found_by_a_search_as_well(make_ldap_app, directory, sign_in):
    app = make_ldap_app(
        group_base=f"ou=groups,{BASE}", group_filter="(&(objectClass=groupOfNames)(member={dn}))"
    )

    sign_in(app.test_client(), "ines", PASSWORD)

    with app.app_context():
        assert role_names("ines") == {TEAM_ROLE}


def test_deactivated_account_stays_out(ldap_app, browser, sign_in):
    sign_in(browser, "ines", PASSWORD)
    with ldap_app.app_context():
        user_named("ines").active = False
        db.session.commit()

    answer = sign_in(browser, "ines", PASSWORD)

    assert answer.status_code == 403
    assert "Your account is not active." in answer.text


def test_dead_directory_keeps_only_its_own_people_out(ldap_app, directory, sign_in):
    directory.stop()
    browser = ldap_app.test_client()

    began = time.monotonic()
    for name in ("ines", "cast-owner", "nobody"):
        answer = sign_in(browser, name, PASSWORD)
        assert answer.status_code == 503
        assert "The directory of names and passwords does not answer." in answer.text
    assert sign_in(browser, "cast-owner", CAST_PASSWORD).status_code == 303
    assert time.monotonic() - began < 8


def test_directory_that_refuses_our_account_is_said_with_503(make_ldap_app, directory, sign_in):
    app = make_ldap_app(config={"BUREAU_LDAP_BIND_PASSWORD": "wrong"})

    assert sign_in(app.test_client(), "ines", PASSWORD).status_code == 503


def test_guesses_are_counted_also_while_the_directory_is_away(make_ldap_app, directory, sign_in):
    app = make_ldap_app(config={"RATELIMIT_ENABLED": True, "AUTH_RATE_LIMIT": "100 per second"})
    browser = app.test_client()
    directory.stop()

    codes = [sign_in(browser, "cast-owner", f"guess {n}").status_code for n in range(11)]

    assert codes == [503] * 10 + [429]


def test_guesses_at_the_directory_are_counted(make_ldap_app, directory, sign_in):
    app = make_ldap_app(config={"RATELIMIT_ENABLED": True, "AUTH_RATE_LIMIT": "100 per second"})
    browser = app.test_client()

    codes = [sign_in(browser, "ines", f"guess {n}").status_code for n in range(10)]

    assert codes == [401] * 10
    assert sign_in(browser, "ines", PASSWORD).status_code == 429


def test_refusal_asks_the_directory_as_often_for_everybody(ldap_app, sign_in, statements):
    """The directory's own log would tell; our statements and the time do, too."""
    asked, seconds = [], []
    for name in ("ines", "nobody-at-all", "cast-owner"):
        browser = ldap_app.test_client()
        browser.get("/login/")
        began = time.perf_counter()
        with statements() as seen:
            assert sign_in(browser, name, "not the password").status_code == 401
        asked.append([text.split("WHERE")[0] for text in seen])
        seconds.append(time.perf_counter() - began)

    assert asked[0] == asked[1] == asked[2]
    assert max(seconds) - min(seconds) < 0.5


def test_directory_opens_the_api_too(ldap_app, directory):
    sent = {"username": "ines", "password": PASSWORD, "provider": "db"}

    answer = ldap_app.test_client().post("/api/v1/security/login", json=sent)

    assert answer.status_code == 200
    assert answer.json["access_token"]


def test_password_is_neither_logged_nor_recorded(ldap_app, browser, sign_in, caplog):
    caplog.set_level(logging.DEBUG)

    sign_in(browser, "ines", PASSWORD)
    sign_in(browser, "rui", "a wrong one of rui")

    with ldap_app.app_context():
        events = repr([vars(event) for event in db.session.scalars(sa.select(SecurityEvent))])
    said = events + caplog.text
    assert PASSWORD not in said
    assert "a wrong one" not in said
    assert SERVICE_PASSWORD not in said


def test_one_links_ones_entry_with_its_password(make_ldap_app, directory, sign_in):
    app = make_ldap_app(register=False)
    browser = app.test_client()
    sign_in(browser, "cast-stranger", CAST_PASSWORD)
    path = "/profile/identities/directory"
    names = ("directory_name", "directory_password")

    refused = browser.post(path, data=dict(zip(names, ("ines", "wrong"), strict=True)))
    assert refused.status_code == 422
    assert "The name or the password is wrong." in refused.text
    linked = browser.post(path, data=dict(zip(names, ("ines", PASSWORD), strict=True)))
    assert linked.status_code == 303

    again = app.test_client()
    sign_in(again, "ines", PASSWORD)
    assert "cast-stranger" in again.get("/profile/").text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 4


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({"entryuuid": ["6f1c"]}, "6f1c"),
        ({"objectGUID": [bytes(range(16))]}, "03020100-0504-0706-0809-0a0b0c0d0e0f"),
        ({"objectGUID": ["{6F1C}"]}, "6F1C"),
        ({"entryUUID": []}, "uid=x"),
        ({}, "uid=x"),
    ],
)
def test_subject_is_the_identifier_of_the_directory(values, subject):
    assert _subject(LdapOptions(name="ldap"), Entry("uid=x", values)) == subject
