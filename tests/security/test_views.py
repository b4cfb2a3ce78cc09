"""Signing in and out, and one's own account, as a browser does it."""

from __future__ import annotations

import pytest

from app.security.passwords import is_password_of
from tests.fixtures.people import PASSWORD
from tests.security.conftest import USERS, user_named

NEW = "four unrelated words here"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "https://localhost.evil.example/",
    "https://localhost@evil.example/",
    "//localhost:80@evil.example/",
    "home/",
    "evil.example",
    "?next=//evil.example",
    "",
]


@pytest.fixture
def guarded_app(make_app):
    """An application whose forms ask for their token."""
    return make_app(WTF_CSRF_ENABLED=True)


def is_path_of_ours(url: str) -> bool:
    """Whether a browser stays here; `/evil.example/` is a page of ours that does not exist."""
    return url.startswith("/") and url[1:2] not in ("/", "\\", "\t", "\n")


def test_login_page_asks_for_name_and_password(client):
    answer = client.get("/login/")

    assert answer.status_code == 200
    assert 'name="username"' in answer.text
    assert 'autocomplete="current-password"' in answer.text


@pytest.mark.parametrize("name", ["cast-owner", "CAST-Owner", "owner@cast.example"])
def test_right_password_signs_in(client, sign_in, name):
    answer = sign_in(client, name)

    assert answer.status_code == 303
    assert answer.location == "/home/"
    assert client.get("/home/").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("cast-owner", "not the password"),
        ("cast-owner", PASSWORD.upper()),
        ("cast-owner", PASSWORD + "\0"),
        ("cast-owner", "x" * 5000),
        ("nobody", PASSWORD),
        ("no\0body", PASSWORD),
        ("disabled", PASSWORD),
        ("passwordless", ""),
        ("passwordless", "x"),
    ],
)
def test_refusal_is_the_same_for_everybody(client, sign_in, cast, db_session, name, password):
    cast.stranger.username, cast.stranger.active = "disabled", False
    cast.teammate.username, cast.teammate.password = "passwordless", None
    db_session.commit()

    answer = sign_in(client, name, password or "x")

    assert answer.status_code == 401
    assert "The name or the password is wrong." in answer.text
    assert "_user_id" not in _session(client)


@pytest.mark.both_databases
def test_refusal_takes_the_same_statements_for_everybody(client, sign_in, cast, statements):
    asked = []
    for name in ("cast-owner", "nobody"):
        with statements() as seen:
            sign_in(client, name, "not the password")
        asked.append(seen)

    assert asked[0] == asked[1]
    # The name is looked up, the failure counted, and the event put at the end of its chain.
    assert len(asked[0]) == 5


def test_empty_form_says_what_is_missing(client, sign_in):
    answer = sign_in(client, "", "")

    assert answer.status_code == 422
    assert answer.text.count("Fill in this field.") == 2


def test_login_leads_to_the_page_one_wanted(client, sign_in):
    asked = client.get("/administration/users/list/?q=a&page=1")

    answer = sign_in(client, "cast-owner", next="/administration/users/list/?q=a&page=1")

    assert asked.location == "/login/?next=/administration/users/list/?q%3Da%26page%3D1"
    assert answer.location == "/administration/users/list/?q=a&page=1"


@pytest.mark.parametrize("url", ELSEWHERE)
def test_login_leads_to_no_other_host(client, sign_in, url):
    answer = sign_in(client, "cast-owner", next=url)

    assert is_path_of_ours(answer.location)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_login_of_a_signed_in_user_leads_to_no_other_host(client, sign_in, url):
    sign_in(client, "cast-owner")

    answer = client.get("/login/", query_string={"next": url})

    assert is_path_of_ours(answer.location)


def test_forged_host_header_is_in_no_redirect(client, sign_in):
    data = {"username": "cast-owner", "password": PASSWORD, "next": "//evil.example/"}
    answer = client.post("/login/", data=data, headers={"Host": "evil.example"})

    assert not answer.location.startswith(("http", "//"))


def test_login_keeps_nothing_of_the_session_before(client, sign_in):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["csrf_token"] = "known to somebody else"
    before = client.get_cookie("bureau_session").value

    sign_in(client, "cast-owner")

    assert client.get_cookie("bureau_session").value != before
    assert "planted" not in _session(client)
    assert _session(client).get("csrf_token") != "known to somebody else"


def test_login_as_another_user_replaces_the_first(client, sign_in, cast):
    sign_in(client, "cast-owner")

    sign_in(client, "cast-stranger")

    assert client.get(USERS).status_code == 403


def test_login_without_token_of_the_form_is_refused(guarded_app, sign_in):
    client = guarded_app.test_client()

    answer = sign_in(client, "cast-owner")

    assert answer.status_code == 400
    assert "_user_id" not in _session(client)


def test_logout_ends_the_session(client, sign_in):
    sign_in(client, "cast-owner")

    answer = client.post("/logout/")

    assert answer.location == "/login/"
    assert client.get("/home/").status_code == 302


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_logout_takes_nothing_but_a_post(client, sign_in, method):
    sign_in(client, "cast-owner")

    answer = getattr(client, method)("/logout/")

    assert answer.status_code == 405
    assert client.get("/home/").status_code == 200


def test_logout_without_token_of_the_form_is_refused(guarded_app, login):
    client = guarded_app.test_client()
    with guarded_app.app_context():
        login(client, user_named("cast-owner"))

    answer = client.post("/logout/")

    assert answer.status_code == 400
    assert client.get("/home/").status_code == 200


def test_page_of_a_signed_in_user_is_kept_by_nobody(client, sign_in):
    sign_in(client, "cast-owner")

    assert client.get("/home/").headers["Cache-Control"] == "no-store"


def test_profile_shows_who_one_is(client, cast, login):
    login(client, cast.owner)

    answer = client.get("/profile/")

    assert "cast-owner" in answer.text
    assert "Team" in answer.text


@pytest.mark.parametrize("url", ["/profile/", "/profile/edit/", "/profile/password/"])
def test_visitor_has_no_profile(client, url):
    assert client.get(url).location.startswith("/login/")


def test_profile_is_changed(client, cast, login, db_session):
    login(client, cast.owner)

    answer = client.post("/profile/edit/", data=_profile(first_name="Olivia", theme="dark"))

    assert answer.location == "/profile/"
    db_session.refresh(cast.owner)
    assert cast.owner.first_name == "Olivia"
    assert 'data-theme="dark"' in client.get("/profile/").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "no address"}, "mail address"),
        ({"email": "ADMIN@cast.example"}, "Another account already has this address."),
        ({"first_name": ""}, "Fill in this field."),
        ({"first_name": "x" * 65}, "64"),
        ({"timezone": "Mars/Olympus"}, "Not a valid choice"),
    ],
)
def test_profile_refuses_what_cannot_be(client, cast, login, changes, message, db_session):
    login(client, cast.owner)

    answer = client.post("/profile/edit/", data=_profile(**changes))

    assert answer.status_code == 422
    assert message in answer.text
    db_session.refresh(cast.owner)
    assert cast.owner.email == "owner@cast.example"


def test_profile_form_changes_no_other_field(client, cast, login, db_session):
    login(client, cast.owner)

    client.post(
        "/profile/edit/", data=_profile(username="root", active="", roles="1", password="x")
    )

    db_session.refresh(cast.owner)
    assert cast.owner.username == "cast-owner"
    assert cast.owner.active
    assert [role.name for role in cast.owner.roles] == ["Team"]


@pytest.mark.both_databases
def test_password_change_ends_the_other_sessions(two_apps, sign_in):
    first, second = two_apps
    here, there = first.test_client(), second.test_client()
    for client in (here, there):
        sign_in(client, "cast-owner")

    answer = here.post("/profile/password/", data=_passwords())

    assert answer.location == "/profile/"
    assert here.get("/home/").status_code == 200
    assert there.get("/home/").location.startswith("/login/")
    assert sign_in(there, "cast-owner", NEW).status_code == 303


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"current_password": "wrong"}, "This is not your current password."),
        ({"new_password": "short"}, "Use at least 12 characters."),
        ({"new_password": "x" * 129}, "Use at most 128 characters."),
        ({"new_password": "password123456"}, "too easy to guess"),
        ({"new_password": "cast-owner-2026"}, "your own name"),
        ({"repeated": "four unrelated words there"}, "The two passwords differ."),
    ],
)
def test_password_change_is_refused(client, cast, login, changes, message, db_session):
    login(client, cast.owner)

    answer = client.post("/profile/password/", data=_passwords(**changes))

    assert answer.status_code == 422
    assert message in answer.text
    assert NEW not in answer.text
    db_session.refresh(cast.owner)
    assert is_password_of(cast.owner, PASSWORD)


def _session(client) -> dict:
    with client.session_transaction() as session:
        return dict(session)


def _profile(**changes: str) -> dict[str, str]:
    return {
        "first_name": "Owner",
        "last_name": "Cast",
        "email": "owner@cast.example",
        "locale": "",
        "timezone": "",
        "theme": "system",
        "density": "cosy",
    } | changes


def _passwords(**changes: str) -> dict[str, str]:
    given = {"current_password": PASSWORD, "new_password": NEW, "repeated": NEW} | changes
    if "repeated" not in changes:
        given["repeated"] = given["new_password"]
    return given
