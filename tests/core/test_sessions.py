import secrets

import pytest
from flask import flash, get_flashed_messages, session
from flask.sessions import SecureCookieSessionInterface

from app.core.sessions import BureauSessionInterface


def remember(**values):
    def view():
        session.update(values)
        return "ok"

    return view


def basket():
    session["basket"].append(1)
    return "ok"


def forget():
    session.clear()
    return "ok"


@pytest.fixture
def client(make_tiny):
    app = make_tiny()
    app.session_interface = BureauSessionInterface()
    app.add_url_rule("/read", "read", lambda: session.get("name", "nobody"))
    app.add_url_rule("/name", "name", remember(name="Ana"))
    app.add_url_rule("/list", "list", remember(page_history=["/list"], locale="pt"))
    app.add_url_rule("/stay", "stay", remember(_permanent=True))
    app.add_url_rule("/basket", "basket", basket)
    app.add_url_rule("/fill", "fill", remember(basket=[]))
    app.add_url_rule("/forget", "forget", forget)
    return app.test_client()


def sets_cookie(client, path: str) -> bool:
    return "Set-Cookie" in client.get(path).headers


def test_what_is_new_is_written_once(client):
    assert sets_cookie(client, "/name")
    assert not sets_cookie(client, "/name")
    assert client.get("/read").text == "Ana"


def test_a_read_writes_nothing(client):
    client.get("/name")

    assert not sets_cookie(client, "/read")


def test_what_fab_writes_on_a_get_is_never_kept(client):
    assert not sets_cookie(client, "/list")


def test_a_permanent_session_is_not_written_by_every_page(client):
    client.get("/stay")

    assert not sets_cookie(client, "/read")


def test_a_cleared_session_removes_the_cookie(client):
    client.get("/name")

    assert sets_cookie(client, "/forget")
    assert client.get("/read").text == "nobody"


def test_a_changed_list_in_the_session_is_written(client):
    client.get("/fill")

    assert sets_cookie(client, "/basket")


def test_a_cookie_that_was_tampered_with_is_an_empty_session(client):
    client.set_cookie("session", "tampered")

    assert client.get("/read").text == "nobody"


def test_without_a_secret_key_there_is_no_session(make_tiny):
    app = make_tiny(SECRET_KEY=None)

    with app.test_request_context() as context:
        opened = BureauSessionInterface().open_session(app, context.request)

    assert opened is SecureCookieSessionInterface().open_session(app, context.request) is None


def test_cookie_is_never_too_large_for_a_browser(make_tiny):
    app = make_tiny()
    app.session_interface = BureauSessionInterface()

    def talk():
        for number in range(60):
            flash(f"{number}: {secrets.token_hex(100)}")
        return "ok"

    app.add_url_rule("/talk", "talk", talk)
    app.add_url_rule("/hear", "hear", lambda: "|".join(get_flashed_messages()))
    client = app.test_client()

    cookie = client.get("/talk").headers["Set-Cookie"]

    assert 2_000 < len(cookie) < 4_096
    assert "59: " in client.get("/hear").text
