"""Permissions in the back office: to look at."""

from __future__ import annotations

import pytest

from app.security.admin.permissions import find_permissions, name_permissions
from app.security.rights.naming import name_of
from tests.security.conftest import find_pair

URL = "/administration/permissions"


@pytest.fixture
def admin(client, cast, login):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


def test_list_shows_names_for_people(admin):
    answer = admin.get(f"{URL}/list/?q=can_export")

    assert answer.status_code == 200
    assert "Export" in answer.text
    assert "Roles" in answer.text
    assert "can_export" not in answer.text.replace('value="can_export"', "").replace(
        "q=can_export", ""
    ).replace('data-search="can_export"', "")


def test_page_shows_the_name_in_code_as_well(admin):
    answer = admin.get(f"{URL}/show/{find_pair('can_set_password', 'User').id}")

    assert "<h1><bdi>User: Set password</bdi></h1>" in answer.text
    assert "can_set_password" in answer.text


def test_list_stays_within_its_statements(admin, statements):
    admin.get("/home/")

    with statements() as seen:
        admin.get(f"{URL}/list/?page_size=100")

    assert len(seen) <= 6


@pytest.mark.parametrize("page", ["add", "edit/1", "delete/1", "bulk/delete"])
def test_nobody_writes_them(admin, db_session, page):
    key = find_pair("can_read", "User").id

    answer = admin.post(f"{URL}/{page.replace('1', str(key))}", data={"key": key, "confirmed": 1})

    assert answer.status_code in (403, 404)
    assert find_pair("can_read", "User").id == key


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_them_by_rest(admin, db_session, method):
    url = "/api/v1/permissions/" + ("" if method == "post" else "1")

    assert getattr(admin, method)(url, json={}).status_code == 403


def test_names_are_for_people(app):
    with app.test_request_context():
        assert name_of("can_edit", "TodoList") == "Todo list: Edit"
        assert name_of("can_set_password", "User") == "User: Set password"


def test_first_names_come_first(app, db_session):
    with app.test_request_context(headers={"Accept-Language": "pt"}):
        found, more = find_permissions("", 10)

    names = [named.name.casefold() for named in found]
    assert names == sorted(names)
    assert (len(found), more) == (10, True)


def test_chosen_permissions_are_named(app, db_session):
    key = find_pair("can_edit", "User").id

    with app.test_request_context():
        assert name_permissions([key]) == [(key, "User: Edit")]
        assert find_permissions("user  EDIT", 50)[0][0].key == key
