import flask_babel
import pytest

from app.core.i18n import (
    as_reader,
    current_locale,
    init_i18n,
    list_languages,
    list_timezones,
    select_locale,
    select_timezone,
    text_direction,
)
from app.core.preferences import register_preferences

LANGUAGES = {
    "en": {"name": "English"},
    "pt": {"name": "Português"},
    "ar": {"name": "العربية"},
    "zh_Hans": {"name": "简体中文"},
}


@pytest.fixture
def app(make_tiny):
    return make_tiny(init_i18n, LANGUAGES=LANGUAGES)


@pytest.mark.parametrize(
    ("user", "cookie", "header", "expected"),
    [
        (None, None, None, "en"),
        (None, None, "pt", "pt"),
        (None, None, "pt-BR,en;q=0.5", "pt"),
        (None, None, "fr, ar;q=0.8, en;q=0.5", "ar"),
        (None, None, "zh-Hans-CN", "zh_Hans"),
        (None, None, "pt;q=0, ar;q=0.1", "ar"),
        (None, None, "*", "en"),
        (None, None, "xx, ;;;", "en"),
        (None, "ar", "pt", "ar"),
        (None, "xx", "pt", "pt"),
        ("pt", "ar", "en", "pt"),
        ("xx", "ar", "en", "ar"),
    ],
)
def test_user_then_cookie_then_browser_then_default(app, user, cookie, header, expected):
    register_preferences(app, lambda: {"locale": user}, lambda chosen: None)
    headers = {"Cookie": f"locale={cookie}" if cookie else "", "Accept-Language": header or ""}

    with app.test_request_context(headers=headers):
        assert select_locale() == expected
        assert str(flask_babel.get_locale()) == expected


@pytest.mark.parametrize(
    ("user", "cookie", "expected"),
    [
        (None, None, "UTC"),
        (None, "Asia/Tokyo", "Asia/Tokyo"),
        (None, "Mars/Olympus", "UTC"),
        ("Europe/Lisbon", "Asia/Tokyo", "Europe/Lisbon"),
    ],
)
def test_the_time_zone_likewise(app, user, cookie, expected):
    register_preferences(app, lambda: {"timezone": user}, lambda chosen: None)
    headers = {"Cookie": f"timezone={cookie}" if cookie else ""}

    with app.test_request_context(headers=headers):
        assert select_timezone() == expected
        assert str(flask_babel.get_timezone()) == expected


def test_choosing_a_language_writes_no_session(app):
    app.add_url_rule("/", "home", lambda: str(flask_babel.get_locale()))

    response = app.test_client().get("/", headers={"Accept-Language": "pt"})

    assert response.text == "pt"
    assert "Set-Cookie" not in response.headers


def test_outside_a_request_the_default_counts(app):
    with app.app_context():
        assert str(current_locale()) == "en"
        assert select_locale() == "en"
        assert select_timezone() == "UTC"


def test_languages_are_named_in_their_own_words(app):
    with app.app_context():
        assert ("ar", "العربية") in list_languages()


def test_time_zones_are_those_of_places():
    zones = list_timezones()

    assert zones[0] == "UTC"
    assert "America/Sao_Paulo" in zones
    assert not {"Etc/GMT+1", "posixrules", "EST"} & set(zones)


@pytest.mark.parametrize(("locale", "expected"), [("ar", "rtl"), ("pt", "ltr"), (None, "ltr")])
def test_text_direction(app, locale, expected):
    with app.app_context():
        assert text_direction(locale) == expected


def test_the_whole_application_chooses_without_a_session(make_app):
    client = make_app().test_client()

    page = client.get("/nowhere", headers={"Accept-Language": "pt-BR"})

    assert '<html lang="pt" dir="ltr">' in page.text
    with client.session_transaction() as session:
        assert "locale" not in session


def test_somebody_else_is_written_to_in_their_language_and_time(app):
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        before = str(current_locale()), str(flask_babel.get_timezone())
        with as_reader("ar", "Asia/Tokyo"):
            inside = str(current_locale()), str(flask_babel.get_timezone())
        after = str(current_locale()), str(flask_babel.get_timezone())

    assert before == after == ("pt", "UTC")
    assert inside == ("ar", "Asia/Tokyo")


@pytest.mark.parametrize("locale", [None, "", "xx"])
def test_a_reader_who_has_chosen_nothing_gets_the_defaults(app, locale):
    with app.test_request_context(headers={"Accept-Language": "pt"}), as_reader(locale):
        assert (str(current_locale()), str(flask_babel.get_timezone())) == ("en", "UTC")


def test_an_error_leaves_nobody_in_the_language_of_another(app):
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        with pytest.raises(KeyError), as_reader("ar", "Asia/Tokyo"):
            raise KeyError

        assert (str(current_locale()), str(flask_babel.get_timezone())) == ("pt", "UTC")
