"""Administrators see who is signed in where, and end it; never those who may do more."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.core.clock import now
from app.security.models import UserSession
from app.security.sessions.store import session_of
from tests.security.conftest import find_pair

URL = "/administration/sessions"
USERS = "/administration/users"


@pytest.fixture
def admin(client, cast, login):
    """A browser of the administrator."""
    return login(client, cast.admin)


@pytest.fixture
def warden(app, cast, login, db_session):
    """A browser of somebody who may end sessions and do little else."""
    role = Role(name="Warden")
    pairs = [("can_read", "User"), ("can_end_sessions", "User")]
    pairs += [("can_read", "UserSession"), ("can_end", "UserSession")]
    role.permissions = [find_pair(*pair) for pair in pairs]
    db_session.add(role)
    cast.stranger.roles = [role]
    db_session.commit()
    return login(app.test_client(), cast.stranger)


@pytest.fixture
def owner(app, cast, login):
    """A browser of somebody whose session is ended."""
    return login(app.test_client(), cast.owner)


def is_out(client) -> bool:
    """Whether the browser has to log in."""
    return (client.get("/home/").location or "").startswith("/login/")


def session_id(db_session, user) -> int:
    """The key of a session of the user."""
    return db_session.scalars(sa.select(UserSession.id).filter_by(user_id=user.id)).first()


@pytest.mark.both_databases
def test_page_of_a_user_ends_one_session(admin, owner, cast, db_session):
    assert "Last used" in admin.get(f"{USERS}/show/{cast.owner.id}").text

    data = {"session": session_id(db_session, cast.owner)}
    answer = admin.post(f"{USERS}/end-sessions/{cast.owner.id}", data=data)

    assert answer.location == f"{USERS}/show/{cast.owner.id}"
    assert is_out(owner)


def test_page_of_a_user_ends_all_sessions(admin, owner, cast):
    session_of(cast.owner)

    admin.post(f"{USERS}/end-sessions/{cast.owner.id}")

    assert is_out(owner)
    assert "The user is signed in nowhere." in admin.get(f"{USERS}/show/{cast.owner.id}").text


def test_page_of_oneself_keeps_this_session(admin, cast, db_session):
    session_of(cast.admin)

    admin.post(f"{USERS}/end-sessions/{cast.admin.id}")

    assert not is_out(admin)
    assert len(db_session.scalars(sa.select(UserSession)).all()) == 1


def test_session_of_another_user_is_not_ended_by_the_way(admin, owner, cast):
    answer = admin.post(f"{USERS}/end-sessions/{cast.stranger.id}", data={"session": 1})

    assert answer.status_code == 404
    assert not is_out(owner)


@pytest.mark.both_databases
def test_nobody_ends_sessions_of_those_who_may_do_more(warden, owner, cast, db_session):
    assert warden.post(f"{USERS}/end-sessions/{cast.owner.id}").status_code == 403
    key = session_id(db_session, cast.owner)
    assert warden.post(f"/api/v1/sessions/{key}/end").status_code == 403
    warden.post(f"{URL}/bulk/end", data={"key": key})

    assert not is_out(owner)
    assert "End all" not in warden.get(f"{USERS}/show/{cast.owner.id}").text


def test_ending_sessions_needs_its_own_right(app, warden, cast, login, db_session):
    role = cast.stranger.roles[0]
    role.permissions = [find_pair("can_read", "User")]
    db_session.commit()

    assert warden.post(f"{USERS}/end-sessions/{cast.teammate.id}").status_code == 403
    assert "signed in nowhere" not in warden.get(f"{USERS}/show/{cast.teammate.id}").text


@pytest.mark.both_databases
def test_list_shows_sessions_and_ends_many(admin, owner, cast, db_session):
    session_of(cast.teammate)
    keys = [session_id(db_session, user) for user in (cast.owner, cast.teammate)]
    assert "Teammate Cast" in admin.get(f"{URL}/list/").text

    admin.post(f"{URL}/bulk/end", data={"key": keys})

    assert is_out(owner)
    assert db_session.scalars(sa.select(UserSession.user_id)).all() == [cast.admin.id]


def test_list_never_ends_the_session_that_asks(admin, db_session, cast):
    admin.post(f"{URL}/bulk/end", data={"key": session_id(db_session, cast.admin)})

    assert not is_out(admin)


def test_list_leaves_out_what_is_over(admin, cast, db_session):
    session_of(cast.teammate)
    gone = sa.update(UserSession).where(UserSession.user_id == cast.teammate.id)
    db_session.execute(gone.values(expires_at=now()))
    db_session.commit()

    assert "Teammate Cast" not in admin.get(f"{URL}/list/").text


def test_no_door_tells_what_a_session_is_recognised_by(admin, cast, db_session):
    held = db_session.scalars(sa.select(UserSession)).one()
    answers = [
        admin.get(path).text
        for path in (
            f"{URL}/list/?columns=user,digest,epoch",
            f"{URL}/show/{held.id}",
            f"{URL}/export/csv",
            f"{URL}/export/json",
            f"/api/v1/sessions/{held.id}",
            f"/api/v1/sessions/?q={json.dumps({'columns': ['digest']})}",
        )
    ]

    for text in answers:
        assert held.digest not in text
        assert held.epoch not in text
    assert admin.get(f"{URL}/list/?sort=digest").status_code == 400


@pytest.mark.parametrize("path", ["add", "edit/1", "delete/1"])
def test_nobody_writes_sessions(admin, path):
    assert admin.post(f"{URL}/{path}").status_code == 403


def test_disabled_user_has_no_sessions_left(admin, owner, cast, db_session):
    admin.post(f"{USERS}/bulk/deactivate", data={"key": cast.owner.id})

    assert db_session.scalars(sa.select(UserSession.user_id)).all() == [cast.admin.id]
    assert is_out(owner)


def test_user_disabled_by_the_form_has_no_sessions_left(admin, owner, cast, db_session):
    names = ("username", "first_name", "last_name", "email")
    given = {name: getattr(cast.owner, name) for name in names} | {"active": ""}
    roles = [str(role.id) for role in cast.owner.roles]

    answer = admin.post(f"{USERS}/edit/{cast.owner.id}", data=given | {"roles": ["", *roles]})

    assert answer.status_code == 302
    assert db_session.scalars(sa.select(UserSession.user_id)).all() == [cast.admin.id]
