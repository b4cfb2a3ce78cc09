"""Roles in the back office."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from tests.security.conftest import find, find_pair

URL = "/administration/roles"


@pytest.fixture
def admin(client, cast, login):
    """A browser in which the administrator is signed in."""
    return login(client, cast.admin)


@pytest.mark.both_databases
def test_saving_a_role_changes_its_rights_and_removes_no_member(admin, cast, db_session):
    role, right = find(Role, name="Team"), find_pair("can_read", "Role")
    members = {user.username for user in role.user}

    sent = {"name": "Crew", "permissions": ["", str(right.id)]}
    answer = admin.post(f"{URL}/edit/{role.id}", data=sent)

    db_session.expire_all()
    assert answer.status_code == 302
    assert role.name == "Crew"
    assert [str(pair) for pair in role.permissions] == ["can read on Role"]
    assert {user.username for user in role.user} == members == {"cast-owner", "cast-teammate"}


def test_form_without_the_picker_keeps_the_rights(admin, cast, db_session):
    role = find(Role, name="Team")
    count = len(role.permissions)

    admin.post(f"{URL}/edit/{role.id}", data={"name": "Crew"})

    db_session.expire_all()
    assert len(role.permissions) == count > 0


def test_all_rights_can_be_taken_away(admin, cast, db_session):
    role = find(Role, name="Team")

    admin.post(f"{URL}/edit/{role.id}", data={"name": "Team", "permissions": [""]})

    db_session.expire_all()
    assert role.permissions == []


def test_role_is_added(admin, db_session):
    right = find_pair("can_edit", "Group")

    admin.post(f"{URL}/add", data={"name": "New", "permissions": ["", str(right.id)]})

    assert [str(pair) for pair in find(Role, name="New").permissions] == ["can edit on Group"]


def test_form_names_rights_for_people(admin, cast):
    role = find(Role, name="Team")

    answer = admin.get(f"{URL}/edit/{role.id}")

    assert "User: Read" in answer.text
    assert "can_read" not in answer.text


def test_picker_finds_rights_by_their_words(admin):
    found = admin.get(f"{URL}/pick/permissions?q=group+edit").json

    assert [each["text"] for each in found["results"]] == ["Group: Edit"]
    assert found["more"] is False


def test_picker_of_other_fields_is_the_usual_one(admin, cast):
    found = admin.get(f"{URL}/pick/user?q=owner").json

    assert [each["text"] for each in found["results"]] == ["Owner Cast"]


def test_picker_is_for_those_who_may_read_permissions(client, cast, login, db_session):
    role = find(Role, name="Team")
    role.permissions = [find_pair("can_read", "Role")]
    db_session.commit()
    login(client, cast.owner)

    assert client.get(f"{URL}/pick/permissions").status_code == 403


@pytest.mark.parametrize("name", ["Admin", "Public"])
def test_roles_of_the_settings_keep_name_and_existence(admin, db_session, name):
    role = find(Role, name=name)

    renamed = admin.post(f"{URL}/edit/{role.id}", data={"name": "Other"})
    deleted = admin.post(f"{URL}/delete/{role.id}")

    assert (renamed.status_code, deleted.status_code) == (409, 409)
    assert find(Role, name=name).id == role.id


def test_role_is_deleted_with_its_links(admin, cast, db_session):
    role = find(Role, name="Team")

    answer = admin.post(f"{URL}/delete/{role.id}")

    assert answer.status_code == 302
    assert db_session.scalar(sa.select(Role).where(Role.name == "Team")) is None


@pytest.mark.both_databases
def test_pages_stay_within_their_statements(admin, cast, statements):
    role = find(Role, name="Admin")
    admin.get("/home/")

    for page, limit in {"list/": 6, f"show/{role.id}": 8, f"edit/{role.id}": 8}.items():
        with statements() as seen:
            answer = admin.get(f"{URL}/{page}")

        assert answer.status_code == 200
        assert len(seen) <= limit
