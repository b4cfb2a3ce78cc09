"""The application builder: routes without FAB's pages, and a menu that costs nothing."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.extensions import db
from config import Config


@pytest.fixture
def menu_of(app):
    """`menu_of(user)` gives the menu as names of groups and addresses."""

    def read(client) -> str:
        return client.get("/home/").text

    return read


def test_creating_an_application_asks_the_database_nothing(make_app, statements):
    with statements() as seen:
        make_app(empty=True)

    assert seen == []


def test_two_applications_of_one_process_are_equal(make_app):
    first, second = make_app(empty=True), make_app(empty=True)

    rules = [
        sorted((str(r), r.endpoint) for r in app.url_map.iter_rules()) for app in (first, second)
    ]
    names = [sorted(type(v).__name__ for v in app.appbuilder.baseviews) for app in (first, second)]
    assert rules[0] == rules[1]
    assert names[0] == names[1]


def test_fab_files_are_not_served(client):
    for path in ("css/bootstrap.min.css", "js/jquery-latest.js", "img/loader.gif"):
        assert client.get(f"/static/appbuilder/{path}").status_code == 404


def test_fab_pages_have_no_address(app):
    rules = {str(rule) for rule in app.url_map.iter_rules()}

    assert not rules & {"/back", "/lang/<string:locale>", "/api/v1/menu/", "/resetmypassword/form"}


def test_fab_templates_are_out_of_reach(app):
    names = app.jinja_env.list_templates()

    assert "appbuilder/baselayout.html" not in names
    assert "appbuilder/general/model/list.html" not in names


def test_menu_shows_what_the_user_may_read(client, cast, login, menu_of):
    assert "/administration/users/list/" in menu_of(login(client, cast.owner))
    assert "/administration/users/list/" not in menu_of(login(client, cast.stranger))


def test_menu_follows_a_change_at_once(client, cast, login, menu_of, db_session):
    login(client, cast.owner)
    team = db.session.scalar(select(Role).where(Role.name == "Team"))
    team.permissions = [pair for pair in team.permissions if str(pair) == "can read on Role"]
    db_session.commit()

    text = menu_of(client)

    assert "/administration/roles/list/" in text
    assert "/administration/users/list/" not in text
    assert "/administration/roles/add" not in text


def test_menu_costs_no_statement(client, cast, login, statements):
    login(client, cast.owner)
    client.get("/home/")

    with statements() as seen:
        client.get("/home/")

    assert len(seen) == 1


def test_administration_stands_last(app, client, cast, login):
    login(client, cast.admin)
    text = client.get("/home/").text

    others = [name for name in ("/todo/", "/blog/") if name in text]
    assert all(text.index(name) < text.index("/administration/") for name in others)


def test_page_one_is_on_is_marked(client, cast, login):
    login(client, cast.admin)

    text = client.get("/administration/roles/add").text

    assert 'href="/administration/roles/list/" aria-current="page"' in text


def test_forms_are_guarded_unless_a_test_says_otherwise():
    environ = {"BUREAU_ENV": "development", "SECRET_KEY": "x" * 40}

    assert Config.from_environment(environ)["WTF_CSRF_ENABLED"]
