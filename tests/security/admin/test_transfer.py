"""Roles as a file for another site: written, read, shown before they are applied."""

from __future__ import annotations

import io
import json

import pytest
from flask_appbuilder.security.sqla.models import Role

from tests.forms import read_form
from tests.security.admin.test_roles import give
from tests.security.conftest import find, find_pair

URL = "/administration/roles"


@pytest.fixture
def admin(client, cast, login):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


def upload(browser, content):
    """Choose a file, and have its changes shown."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return browser.post(f"{URL}/upload", data={"file": (io.BytesIO(raw), "roles.json")})


def confirm(browser, page):
    """Press the button on the page with the changes."""
    return browser.post(f"{URL}/upload", data={**read_form(page.text), "step": "save"})


def written(**roles):
    """A file as another site writes it."""
    found = [{"name": name, "rights": rights} for name, rights in roles.items()]
    return {"format": "bureau-roles", "version": 1, "roles": found}


def rights_of(name, session):
    """What a role holds now."""
    session.expire_all()
    return sorted(str(pair) for pair in find(Role, name=name).permissions)


@pytest.mark.both_databases
def test_file_of_one_site_makes_the_roles_of_another(admin, cast, db_session):
    team = find(Role, name="Team")
    content = admin.get(f"{URL}/download?key={team.id}").data
    before = rights_of("Team", db_session)
    team.permissions = [find_pair("can_read", "User")]
    db_session.commit()

    page = upload(admin, content)
    assert rights_of("Team", db_session) == ["can read on User"]
    answer = confirm(admin, page)

    assert answer.status_code == 303
    assert rights_of("Team", db_session) == before
    assert {user.username for user in find(Role, name="Team").user} == {
        "cast-owner",
        "cast-teammate",
    }


def test_file_names_rights_and_nobody(admin, cast):
    content = admin.get(f"{URL}/download").json

    roles = {role["name"]: role["rights"] for role in content["roles"]}
    assert {"Admin", "Public", "Team"} <= roles.keys()
    assert "read User" in roles["Team"]
    assert "cast-owner" not in json.dumps(content)


def test_new_role_is_made_and_others_stay(admin, db_session):
    before = rights_of("Team", db_session)

    page = upload(admin, written(Fresh=["read User", "fly Kite"]))
    confirm(admin, page)

    assert "Users: Read" in page.text
    assert "fly Kite" in page.text
    assert rights_of("Fresh", db_session) == ["can read on User"]
    assert rights_of("Team", db_session) == before


def test_page_shows_what_is_added_and_taken(admin, db_session):
    db_session.add(Role(name="Small"))
    find(Role, name="Small").permissions = [find_pair("can_read", "Group")]
    db_session.commit()

    page = upload(admin, written(Small=["read User"], Admin=[])).text

    assert "Users: Read" in page
    assert "Groups: Read" in page
    assert "always has all rights" in page


def test_role_changed_after_the_look_is_looked_at_again(admin, cast, db_session):
    page = upload(admin, written(Team=["read User"]))
    find(Role, name="Team").permissions = [find_pair("can_read", "Group")]
    db_session.commit()

    late = confirm(admin, page)

    assert late.status_code == 409
    assert rights_of("Team", db_session) == ["can read on Group"]
    assert confirm(admin, late).status_code == 303
    assert rights_of("Team", db_session) == ["can read on User"]


@pytest.mark.both_databases
def test_file_gives_no_right_that_whoever_reads_it_lacks(client, cast, login, db_session):
    verbs = ("read", "add", "edit", "export")
    give(cast.stranger, [find_pair(f"can_{verb}", "Role") for verb in verbs])
    browser = login(client, cast.stranger)

    page = upload(browser, written(Fresh=["read User"], Few=["read Role", "read User"]))
    answer = confirm(browser, page)

    assert "Change 2 roles" not in page.text
    assert "User: Read" in answer.text
    assert answer.status_code == 403
    assert db_session.query(Role).filter_by(name="Fresh").count() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"no json",
        b"[" * 100_000,
        b"[]",
        {"format": "other"},
        written() | {"version": 2},
        written() | {"roles": {}},
        written() | {"roles": [1]},
        written() | {"roles": [{"name": "", "rights": []}]},
        written() | {"roles": [{"name": "x" * 65, "rights": []}]},
        written() | {"roles": [{"name": "x", "rights": [1]}]},
        written() | {"roles": [{"name": "x", "rights": []}, {"name": " x", "rights": []}]},
        b" " * 400_001,
    ],
    ids=range(14),
)
def test_what_is_no_file_of_roles_is_refused(admin, content):
    answer = upload(admin, content)

    assert answer.status_code == 400
    assert "Error 400" in answer.text


def test_writing_and_reading_need_their_rights(client, cast, login):
    give(cast.stranger, [find_pair("can_read", "Role"), find_pair("can_edit", "Role")])
    browser = login(client, cast.stranger)

    assert browser.get(f"{URL}/download").status_code == 403
    assert browser.get(f"{URL}/transfer/").status_code == 403
    assert upload(browser, written(Fresh=[])).status_code == 403
    assert "for another site" not in browser.get(f"{URL}/list/").text
