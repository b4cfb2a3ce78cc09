"""The faults of plain Flask-AppBuilder with saving, addresses, speed and languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.extensions import db
from tests.core.models import Animal, Badge, Species
from tests.core.zoo import find_row, key_of
from tests.forms import changed, read_form

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def guarded(zoo, zoo_client):
    """The browser of the owner, on the site with its protection of forms switched on."""
    zoo.config["WTF_CSRF_ENABLED"] = True
    yield zoo_client("owner")
    zoo.config["WTF_CSRF_ENABLED"] = False


def test_cookie_changes_data_through_the_api_without_a_token(plain, guarded, zoo_session):
    assert plain["cookie_changes_data_through_the_api_without_a_token"] == 200
    key = key_of(Animal, name="Max")

    for method in ("DELETE", "PATCH", "PUT"):
        answer = guarded.open(f"/api/v1/animals/{key}", method=method, json={"name": "Changed"})
        assert answer.status_code in (400, 403), method
    assert guarded.post("/api/v1/animals/", json={"name": "New"}).status_code in (400, 403)

    db.session.expire_all()
    assert find_row(Animal, name="Max")


def test_log_out_and_language_are_changed_by_get(plain, owner):
    assert plain["log_out_and_language_are_changed_by_get"] == ["pt", 302]

    assert owner.get("/logout/").status_code in (404, 405)
    assert owner.get("/lang/pt").status_code == 404
    assert owner.get("/preferences/?locale=pt").status_code in (404, 405)
    assert owner.get("/zoo/animals/list/").status_code == 200


def test_row_is_deleted_by_get(plain, zoo, owner, zoo_session):
    assert plain["row_is_deleted_by_get"] is True
    key = key_of(Animal, name="Max")
    zoo.config["FAB_ALLOW_GET_UNSAFE_MUTATIONS"] = True
    try:
        owner.get(f"/zoo/animals/delete/{key}")
        owner.get("/zoo/animals/bulk/feed", query_string={"key": key})
    finally:
        zoo.config["FAB_ALLOW_GET_UNSAFE_MUTATIONS"] = False

    db.session.expire_all()
    assert find_row(Animal, name="Max").fed_at is None


@pytest.mark.both_databases
def test_sql_is_shown_to_the_user(plain, owner, zoo_session):
    assert plain["sql_is_shown_to_the_user"] is True
    ape = key_of(Species, name="Ape")

    for sent in (
        {"name": "Zoe", "species": ape},
        {"name": "New", "species": ape, "legs": "-1"},
        {"name": "New", "species": "999999"},
        {"name": "x" * 5_000, "species": ape},
    ):
        page = owner.post("/zoo/animals/add", data=sent, follow_redirects=True).text
        for word in ("INSERT INTO", "IntegrityError", "sqlalche.me", "psycopg2", "sqlite3"):
            assert word not in page


def test_input_is_lost_when_a_hook_refuses(plain, admin_of_users, cast):
    assert plain["input_is_lost_when_a_hook_refuses"] is True
    path = f"/administration/users/edit/{cast.stranger.id}"
    form = read_form(admin_of_users.get(path).text)

    answer = admin_of_users.post(
        path, data=changed(form, first_name="Typed first", username="cast-owner")
    )

    assert answer.status_code == 422
    assert read_form(answer.text)["first_name"] == "Typed first"


@pytest.fixture
def admin_of_users(client, cast, login):
    return login(client, cast.admin)


@pytest.mark.both_databases
def test_later_save_overwrites_the_earlier_one(plain, mine, theirs, zoe, zoo_session):
    assert plain["later_save_overwrites_the_earlier_one"] is True
    path = f"/zoo/animals/edit/{zoe}"
    forms = [read_form(browser.get(path).text) for browser in (mine, theirs)]

    answers = [
        browser.post(path, data=changed(form, rank=rank))
        for browser, form, rank in zip((mine, theirs), forms, ("11", "12"), strict=True)
    ]

    assert [answer.status_code for answer in answers] == [302, 409]
    db.session.expire_all()
    assert find_row(Animal, name="Zoe").rank == 11


def test_tabs_overwrite_where_a_save_leads(plain, owner, zoo_session):
    assert plain["tabs_overwrite_where_a_save_leads"] is True
    key, home = key_of(Badge, name="Old"), "/zoo/badges/list/?q=Old"
    form = read_form(owner.get(f"/zoo/badges/edit/{key}", query_string={"next": home}).text)
    owner.get("/zoo/animals/list/")
    owner.get("/zoo/animals/add")

    assert owner.post(f"/zoo/badges/edit/{key}", data=form).location == home


def test_list_writes_the_session(plain, owner):
    assert plain["list_writes_the_session"] is True
    # Signing in as a browser does has left the secret of the forms in the cookie already.
    owner.get("/zoo/animals/add")

    for path in ("/zoo/animals/list/?page_size=10", "/zoo/animals/add", "/zoo/animals/list/"):
        assert "Set-Cookie" not in owner.get(path).headers


def test_addresses_that_break_the_server(plain, zoo, owner):
    assert len(plain["addresses_that_break_the_server"]) >= 6
    zoo.config["PROPAGATE_EXCEPTIONS"] = False
    paths = (
        "/zoo/animals/list/?page=abc",
        "/zoo/animals/list/?page=99999999999999999999999999",
        "/zoo/animals/list/?page_size=abc",
        "/zoo/animals/list/?sort=nothing",
        "/zoo/animals/list/?sort=species.name.x",
        f"/zoo/animals/show/{'9' * 27}",
        "/zoo/animals/chart/abc",
        "/zoo/animals/chart/99",
        "/zoo/animals/bulk/nothing",
        "/zoo/animals/pick/nothing",
    )
    try:
        answers = {path: owner.get(path).status_code for path in paths}
        answers["POST"] = owner.post("/zoo/animals/bulk/nothing", data={"key": "1"}).status_code
    finally:
        zoo.config["PROPAGATE_EXCEPTIONS"] = None

    assert {path: status for path, status in answers.items() if status not in range(400, 500)} == {}


def test_host_header_becomes_a_link(owner):
    """CVE-2025-32962: FAB once redirected to whatever the Host header said."""
    answer = owner.get("/logout/../home", headers={"Host": "evil.example"})
    visitor = owner.application.test_client()
    refused = visitor.get("/home/", headers={"Host": "evil.example"})

    assert "evil.example" not in (answer.location or "") + answer.text
    assert (refused.location or "").startswith("/") or refused.status_code == 400


def test_list_asks_for_each_menu_entry(plain, owner, statements):
    assert min(plain["list_asks_for_each_menu_entry"]) > 20
    owner.get("/zoo/animals/list/")

    with statements() as seen:
        owner.get("/zoo/animals/list/")

    assert len(seen) <= 6


def test_chart_loads_every_row(plain, owner, statements):
    assert plain["chart_loads_every_row"] is True

    with statements() as seen:
        owner.get("/zoo/animals/chart/")

    assert any("GROUP BY" in str(text).upper() for text in seen)


def test_creating_the_application_queries(plain, make_app, statements):
    assert plain["creating_the_application_queries"] > 0
    from app import create_app  # noqa: PLC0415 (the subject of this test)

    config = dict(make_app("sqlite").config)
    with statements() as seen:
        create_app(config)

    assert seen == []


def test_titles_stay_english(plain, owner):
    assert plain["titles_stay_english"] is True

    assert "Utilizadores" in _administration_in_portuguese(owner)


def _administration_in_portuguese(browser):
    browser.post("/preferences/", data={"locale": "pt"})
    return browser.get("/administration/users/list/").text


def test_page_names_no_language(plain, owner):
    assert plain["page_names_no_language"] is True

    page = owner.get("/zoo/animals/list/").text
    assert '<html lang="en" dir="ltr"' in page


def test_browsers_language_is_ignored(plain, zoo):
    assert plain["browsers_language_is_ignored"] is True

    page = zoo.test_client().get("/login/", headers={"Accept-Language": "pt"}).text
    assert '<html lang="pt"' in page


def test_times_are_naive(plain, zoo_session):
    assert plain["times_are_naive"] is True

    assert find_row(Animal, name="Zoe").created_at.tzinfo is not None


def test_later_marshmallow_breaks_the_start():
    """FAB's security API does not start with marshmallow 4; the pin keeps it away."""
    pinned = (ROOT / "requirements.txt").read_text()

    assert "\nmarshmallow==3." in pinned
