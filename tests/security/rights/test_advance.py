"""The version of all rights advances with every change of one, and with nothing else."""

from __future__ import annotations

import datetime
import json

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Group, Permission, Role, User, ViewMenu

from app.extensions import db
from app.security.models import RightsVersion
from app.security.preferences import save_choices
from scripts.serve import command
from tests.security.conftest import find

pytestmark = pytest.mark.both_databases


@pytest.fixture
def version(db_session):
    """A function that gives the version."""
    return lambda: db_session.scalar(sa.select(RightsVersion.value))


def rename_role():
    find(Role, name="Team").name = "Crew"


def add_role():
    db.session.add(Role(name="New"))


def add_group():
    db.session.add(Group(name="New"))


def add_permission():
    db.session.add(Permission(name="can_new"))


def add_subject():
    db.session.add(ViewMenu(name="New"))


def add_user_with_role():
    user = User(username="u", first_name="u", last_name="u", email="u@cast.example")
    user.roles = [find(Role, name="Team")]
    db.session.add(user)


def rename_roles_by_statement():
    db.session.execute(sa.update(Role).where(Role.name == "Team").values(name="Crew"))


def delete_user():
    db.session.delete(find(User, username="cast-stranger"))


def delete_user_by_statement():
    db.session.execute(sa.delete(User).where(User.username == "cast-stranger"))


CHANGES = [
    rename_role,
    add_role,
    add_group,
    add_permission,
    add_subject,
    add_user_with_role,
    rename_roles_by_statement,
    delete_user,
    delete_user_by_statement,
]


@pytest.mark.parametrize("change", CHANGES)
def test_change_of_a_right_advances_the_version(cast, db_session, version, change):
    before = version()

    change()
    db_session.commit()

    assert version() != before


def note_login():
    user = find(User, username="cast-owner")
    user.last_login, user.login_count = datetime.datetime(2026, 1, 1), 7  # noqa: DTZ001


def count_failures_by_statement():
    db.session.execute(sa.update(User).values(fail_login_count=3))


def rename_user():
    find(User, username="cast-owner").first_name = "New"


@pytest.mark.parametrize("change", [note_login, count_failures_by_statement, rename_user])
def test_other_change_of_a_user_does_not_advance_it(cast, db_session, version, change):
    before = version()

    change()
    db_session.commit()

    assert version() == before


def test_reading_and_preferences_do_not_advance_it(app, cast, db_session, version, login):
    before = version()

    client = login(app.test_client(), cast.owner)
    client.post("/preferences/", data={"theme": "dark"})
    with app.test_request_context():
        save_choices({"theme": "light"})

    assert version() == before


def test_change_back_gets_a_number_of_its_own(cast, db_session, version):
    rename_role()
    db_session.commit()
    first = version()
    find(Role, name="Crew").name = "Team"
    db_session.commit()

    assert version() != first


def test_savepoint_does_not_advance_it_by_itself(cast, db_session, version):
    before = version()
    with db_session.begin_nested():
        rename_role()
    assert version() == before

    db_session.commit()

    assert version() != before


def test_import_of_roles_advances_it(app, db_session, version, tmp_path):
    right = {"permission": {"name": "can_read"}, "view_menu": {"name": "User"}}
    path = tmp_path / "roles.json"
    path.write_text(json.dumps([{"name": "Imported", "permissions": [right]}]))
    before = version()

    command(app, "fab", "import-roles", "--path", str(path))

    assert version() != before
