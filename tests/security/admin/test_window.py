"""The table of rights on a site with more subjects than a page shows."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu

from app.extensions import db
from app.security.admin.window import SHOWN
from tests.forms import read_form
from tests.security.conftest import find, find_pair

URL = "/administration/roles"


@pytest.fixture
def admin(client, cast, login, crowd):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


@pytest.fixture
def crowd(db_session):
    """More subjects than a page shows; the administrators may read all of them."""
    read = find(Permission, name="can_read")
    pairs = [
        PermissionView(permission=read, view_menu=ViewMenu(name=f"Dataset{number:03d}"))
        for number in range(SHOWN + 20)
    ]
    db.session.add_all(pairs)
    admins = find(Role, name="Admin")
    admins.permissions.extend(pairs)
    db.session.commit()
    return pairs


@pytest.fixture
def role(crowd, db_session):
    """A role with a right from the table's beginning and one from its end."""
    made = Role(name="Wide", permissions=[find_pair("can_read", "Role"), crowd[-1]])
    db.session.add(made)
    db.session.commit()
    return made


def save(browser, url, *ticked):
    """Tick these boxes of a page as well, look at what changes, and confirm it."""
    form = read_form(browser.get(url).text)
    form.setlist("permissions", [*form.getlist("permissions"), *map(str, ticked)])
    form["step"] = "preview"
    asked = read_form(browser.post(url, data=form).text)
    return browser.post(url, data={**asked.to_dict(flat=False), "step": "save"})


@pytest.mark.both_databases
def test_rights_on_other_pages_stay(admin, role, crowd, db_session):
    url = f"{URL}/edit/{role.id}"

    answer = save(admin, url, find_pair("can_edit", "Role").id)

    db_session.expire_all()
    assert answer.status_code == 302
    assert {str(pair) for pair in role.permissions} == {
        "can read on Role",
        "can edit on Role",
        str(crowd[-1]),
    }


def test_all_boxes_of_one_page_can_be_unticked(admin, role, crowd, db_session):
    form = read_form(admin.get(f"{URL}/edit/{role.id}?page=2").text)
    form.setlist("permissions", [])
    form["step"] = "save"

    admin.post(f"{URL}/edit/{role.id}?page=2", data=form)

    db_session.expire_all()
    assert [str(pair) for pair in role.permissions] == ["can read on Role"]


def test_rows_are_found_by_their_words(admin, role):
    one = admin.get(f"{URL}/edit/{role.id}?q=dataset+007").text
    none = admin.get(f"{URL}/edit/{role.id}?q=xyzzy").text

    assert one.count("data-row") == 1
    assert "Nothing found" in none


def test_only_what_is_given_is_one_page(admin, role):
    page = admin.get(f"{URL}/edit/{role.id}?given=1").text

    assert page.count("data-row") == 2
    assert page.count(" checked>") == 3


def test_boxes_belong_to_the_rows_that_were_shown(admin, role, crowd, db_session):
    url = f"{URL}/edit/{role.id}?given=1"
    form = read_form(admin.get(url).text)
    role.permissions = [find_pair("can_read", "Role")]
    db_session.commit()
    form["step"] = "save"

    late = admin.post(url, data=form)

    assert late.status_code == 409
    assert "Somebody else changed this role meanwhile" in late.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", ""])
def test_page_that_does_not_exist_is_the_nearest(admin, role, page):
    assert admin.get(f"{URL}/edit/{role.id}?page={page}").status_code == 200


def test_new_role_gets_its_name_first(admin, role, db_session):
    page = admin.get(f"{URL}/add?copy={role.id}").text
    form = read_form(page)
    form["after"] = "edit"

    answer = admin.post(f"{URL}/add", data=form)

    copy = find(Role, name="Copy of Wide")
    assert "2 rights are taken over" in page
    assert answer.location.endswith(f"{URL}/edit/{copy.id}")
    assert {str(pair) for pair in copy.permissions} == {str(pair) for pair in role.permissions}


def test_large_role_shows_its_first_rights(admin):
    page = admin.get(f"{URL}/show/{find(Role, name='Admin').id}").text

    assert page.count("<dt>") == SHOWN
    assert "Show all" in page
