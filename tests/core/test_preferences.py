import pytest
from flask_wtf import CSRFProtect

from app.core.error_handlers import init_errors
from app.core.i18n import current_locale, init_i18n
from app.core.preferences import (
    Preferences,
    current_preferences,
    forget_preferences,
    init_preferences,
    is_valid,
    register_preferences,
)


@pytest.fixture
def app(make_tiny):
    return make_tiny(init_i18n, init_preferences, init_errors)


@pytest.fixture
def client(app):
    return app.test_client()


def choose(client, **form):
    return client.post("/preferences/", data=form, headers={"Accept": "application/json"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "dark"),
        ("density", "compact"),
        ("locale", "pt"),
        ("timezone", "America/Sao_Paulo"),
    ],
)
def test_a_choice_is_kept_in_a_cookie_for_a_year(client, name, value):
    response = choose(client, **{name: value})

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{name}={value}; ")
    for attribute in ("Max-Age=31536000", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie


def test_several_choices_at_once(client):
    response = choose(client, theme="dark", density="compact")

    assert len(response.headers.getlist("Set-Cookie")) == 2


@pytest.mark.parametrize(
    ("form", "referrer", "target"),
    [
        ({"next": "/students/list/?page=2"}, None, "/students/list/?page=2"),
        ({"next": "http://evil.test/"}, None, "/"),
        ({}, "http://localhost/students/list/", "/students/list/"),
        ({"next": "//evil.test"}, "http://localhost/home/", "/home/"),
        ({}, "http://evil.test/", "/"),
    ],
)
def test_one_returns_to_the_page_one_was_on(client, form, referrer, target):
    headers = {"Referer": referrer} if referrer else {}

    response = client.post("/preferences/", data={"theme": "dark", **form}, headers=headers)

    assert response.status_code == 303
    assert response.location == target


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("density", ""),
        ("locale", "xx"),
        ("locale", "en\r\nSet-Cookie: a=b"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "/etc/passwd"),
        ("timezone", "\x00"),
        ("timezone", "é"),
    ],
)
def test_a_bad_value_is_named(client, name, value):
    response = choose(client, **{name: value, "next": "/home/"})

    assert response.status_code == 400
    assert list(response.json["errors"]) == [name]
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("name", ["locale", "timezone"])
def test_a_choice_can_be_taken_back(app, client, name):
    saved = []
    register_preferences(app, lambda: None, saved.append)
    client.set_cookie(name, "pt")

    response = choose(client, **{name: ""})

    assert response.status_code == 303
    assert client.get_cookie(name) is None
    assert saved == [{name: ""}]


def test_nothing_chosen_is_refused(client):
    assert choose(client, next="/home/").status_code == 400


def test_a_get_changes_nothing(client):
    assert client.get("/preferences/?theme=dark").status_code == 405


def test_a_form_of_another_site_is_refused(app):
    CSRFProtect(app)

    assert choose(app.test_client(), theme="dark").status_code == 400


def test_a_choice_is_kept_with_the_account(app, client):
    saved = []
    register_preferences(app, lambda: None, saved.append)

    choose(client, theme="dark", locale="pt")

    assert saved == [{"theme": "dark", "locale": "pt"}]


def test_the_account_wins_over_the_cookie(app):
    register_preferences(app, lambda: {"theme": "dark", "locale": None}, lambda chosen: None)

    with app.test_request_context(headers={"Cookie": "theme=light; locale=pt"}):
        assert current_preferences() == Preferences(theme="dark", locale="pt")


def test_the_account_is_asked_once_a_request(app):
    asked = []
    register_preferences(app, lambda: asked.append(1), lambda chosen: None)

    with app.test_request_context():
        current_preferences()
        current_preferences()

    assert asked == [1]


def test_a_cookie_that_makes_no_sense_is_ignored(app):
    with app.test_request_context(headers={"Cookie": "theme=pink; locale=xx; timezone=Mars"}):
        assert current_preferences() == Preferences()


def test_outside_a_request_nothing_is_chosen(app):
    with app.app_context():
        assert current_preferences() == Preferences()


def test_an_unknown_preference_cannot_be_chosen(app):
    with app.app_context():
        assert not is_valid("colour", "red")


def test_choices_are_asked_anew_once_it_is_known_who_asks(make_tiny):
    app = make_tiny(init_i18n, init_preferences)
    chosen = {}
    register_preferences(app, lambda: chosen, lambda _chosen: None)

    with app.test_request_context(headers={"Accept-Language": "en"}):
        before = str(current_locale())
        chosen["locale"] = "pt"
        unchanged = str(current_locale())
        forget_preferences()

        assert (before, unchanged, str(current_locale())) == ("en", "en", "pt")
