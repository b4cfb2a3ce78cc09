"""The demo accounts."""

from __future__ import annotations

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, User

from app.core.startup import has_demo_accounts
from app.security.demo import PEOPLE, create_demo_accounts, seed_demo_accounts
from tests.security.conftest import find

PASSWORD = "four unrelated words here"


def test_accounts_are_made_once(client, db_session, sign_in):
    made = create_demo_accounts(lambda _name: PASSWORD)
    again = create_demo_accounts(dict.fromkeys(PEOPLE, "another password entirely"))

    assert made == list(PEOPLE)
    assert again == []
    assert sign_in(client, "staff", PASSWORD).status_code == 303
    assert has_demo_accounts()


def test_passwords_may_differ(client, db_session, sign_in):
    create_demo_accounts({name: f"{PASSWORD} {name}" for name in PEOPLE})

    assert sign_in(client, "viewer", f"{PASSWORD} viewer").status_code == 303


def test_viewer_only_looks_and_staff_does_not_administer(db_session):
    create_demo_accounts(lambda _name: PASSWORD)

    viewer = {str(pair) for pair in find(Role, name="Viewer").permissions}
    staff = {str(pair) for pair in find(Role, name="Staff").permissions}
    assert viewer
    assert all(right.startswith("can read on ") for right in viewer)
    assert viewer < staff
    assert not [right for right in staff if right.endswith((" User", " Role", " Group"))]


def test_role_of_a_feature_that_is_off_becomes_the_one_that_looks(db_session):
    roles = sa.select(Role).where(Role.name.startswith("Blog"))
    for role in db_session.scalars(roles):
        role.name = f"Other {role.name}"
    db_session.commit()

    create_demo_accounts(lambda _name: PASSWORD)

    assert find(User, username="editor").roles != []


def test_seed_uses_the_password_that_the_server_prints(app, client, db_session, sign_in):
    seed_demo_accounts()

    assert sign_in(client, "admin", app.config["BUREAU_DEMO_PASSWORD"]).status_code == 303
