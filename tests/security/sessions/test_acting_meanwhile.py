"""What changes while somebody acts as another user counts at their next request."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role

from app.security.audit import SecurityEvent
from app.security.models import UserSession
from tests.security.conftest import find, find_pair, link_of_right

USERS = "/administration/users"
ACTING = ("can_impersonate", "User")


@pytest.fixture
def admin(client, cast, login):
    """A browser of the administrator."""
    return login(client, cast.admin)


def begin(client, user):
    """Act as the user."""
    answer = client.post(f"{USERS}/impersonate/{user.id}", data={"reason": "Request 17"})
    assert answer.status_code == 303


def take_right(session):
    """Take the right to act as others from administrators."""
    session.execute(sa.delete(assoc_permissionview_role).where(link_of_right("Admin", ACTING)))
    session.commit()


@pytest.mark.both_databases
def test_acting_ends_with_the_right_to_it(admin, cast, db_session):
    """What a rule shows to the user alone must not be left open to who may not act any more."""
    begin(admin, cast.teammate)
    assert "You act as" in admin.get("/home/").text

    take_right(db_session)

    page = admin.get("/home/").text
    assert "You act as" not in page
    assert "Admin Cast" in page
    assert db_session.scalars(sa.select(UserSession.acting_user_id)).all() == [None]
    assert db_session.scalar(sa.select(SecurityEvent).where(SecurityEvent.kind == "acting-ended"))


def test_form_sent_after_the_right_was_taken_is_not_saved_under_ones_own_name(
    admin, cast, db_session
):
    begin(admin, cast.owner)
    take_right(db_session)

    answer = admin.post("/todo/todo-lists/add", data={"name": "Shopping"})

    assert (answer.status_code, admin.get("/home/").status_code) == (409, 200)
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(sa.table("todo_list")))


def test_acting_ends_when_who_acts_is_disabled(admin, cast, db_session):
    begin(admin, cast.owner)
    cast.admin.active = False
    db_session.commit()

    assert admin.get("/home/").location.startswith("/login/")


def test_account_that_has_more_rights_by_now_cannot_be_changed_by_who_acts_as_it(
    app, cast, login, db_session
):
    role = Role(name="Keeper")
    role.permissions = [
        find_pair(verb, "User") for verb in ("can_read", "can_impersonate", "can_edit")
    ]
    db_session.add(role)
    cast.stranger.roles, cast.teammate.roles = [role], [role]
    db_session.commit()
    keeper = login(app.test_client(), cast.stranger)
    begin(keeper, cast.teammate)
    cast.teammate.roles = [role, find(Role, name="Admin")]
    db_session.commit()

    answer = keeper.patch(f"/api/v1/users/{cast.teammate.id}", json={"email": "mine@new.example"})

    db_session.refresh(cast.teammate)
    assert (answer.status_code, cast.teammate.email) == (403, "teammate@cast.example")
