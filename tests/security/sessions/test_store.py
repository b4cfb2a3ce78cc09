"""A session counts for as long as the account and its password are what they were."""

from __future__ import annotations

import datetime

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role

from app.core.clock import now
from app.extensions import db
from app.security.models import UserSession
from app.security.passwords import hash_password
from app.security.sessions.store import TOKEN, digest_of, session_of
from tests.security.conftest import act_as, user_named


@pytest.mark.both_databases
def test_disabled_user_is_out_at_once(two_apps, sign_in):
    first, second = two_apps
    client = second.test_client()
    sign_in(client, "cast-owner")
    assert client.get("/home/").status_code == 200

    with first.app_context():
        user_named("cast-owner").active = False
        db.session.commit()

    assert client.get("/home/").location.startswith("/login/")


@pytest.mark.both_databases
def test_deleted_user_is_out_at_once(two_apps, sign_in):
    first, second = two_apps
    client = second.test_client()
    sign_in(client, "cast-stranger")

    with first.app_context():
        db.session.delete(user_named("cast-stranger"))
        db.session.commit()

    assert client.get("/home/").location.startswith("/login/")


def test_new_password_ends_the_sessions_of_the_old_one(client, cast, login, db_session):
    login(client, cast.owner)
    cast.owner.password = hash_password("four unrelated words here")
    db_session.commit()

    assert client.get("/home/").location.startswith("/login/")


@pytest.mark.parametrize("token", [None, "", "x" * 43, 7, ["x"]])
def test_session_without_its_token_counts_for_nothing(client, cast, token):
    with client.session_transaction() as session:
        session.update(session_of(cast.owner) | {TOKEN: token})

    assert client.get("/home/").location.startswith("/login/")


def test_database_does_not_tell_the_token(cast, db_session):
    token = session_of(cast.owner)[TOKEN]
    held = db_session.scalars(sa.select(UserSession)).one()

    assert token not in str(vars(held))
    assert held.digest == digest_of(token)


def test_signing_in_gives_another_token(client, cast, sign_in):
    tokens = []
    for _time in range(2):
        sign_in(client, "cast-owner")
        with client.session_transaction() as session:
            tokens.append(session[TOKEN])

    assert tokens[0] != tokens[1]


def test_signing_in_again_ends_what_was_there(client, cast, sign_in, db_session):
    sign_in(client, "cast-owner")
    sign_in(client, "cast-stranger")

    users = db_session.scalars(sa.select(UserSession.user_id)).all()
    assert users == [cast.stranger.id]


def test_signing_out_ends_the_session_of_a_copied_cookie_too(app, client, sign_in, cast):
    sign_in(client, "cast-owner")
    thief = app.test_client()
    with client.session_transaction() as session:
        stolen = dict(session)
    with thief.session_transaction() as session:
        session.update(stolen)
    assert thief.get("/home/").status_code == 200

    client.post("/logout/")

    assert thief.get("/home/").location.startswith("/login/")


@pytest.mark.both_databases
@pytest.mark.parametrize("column", ["expires_at", "idle_until"])
def test_session_ends_when_its_time_is_over(client, cast, login, db_session, column):
    login(client, cast.owner)
    assert client.get("/home/").status_code == 200

    over = now() - datetime.timedelta(seconds=1)
    db_session.execute(sa.update(UserSession).values({column: over}))
    db_session.commit()

    assert client.get("/home/").location.startswith("/login/")


def test_use_of_a_session_puts_off_its_end_but_not_for_ever(client, cast, login, db_session):
    login(client, cast.owner)
    held = db_session.scalars(sa.select(UserSession)).one()
    moment = now()
    long_ago = moment - datetime.timedelta(hours=2)
    soon = moment + datetime.timedelta(hours=1)
    held.seen_at, held.idle_until, held.expires_at = long_ago, soon, soon
    db_session.commit()

    client.get("/home/")
    db_session.refresh(held)

    assert held.seen_at >= moment
    assert held.idle_until == held.expires_at


def test_use_of_a_session_is_noted_once_a_minute(client, cast, login, db_session, statements):
    login(client, cast.owner)
    held = db_session.scalars(sa.select(UserSession)).one()
    held.seen_at = now() - datetime.timedelta(minutes=2)
    db_session.commit()

    counts = []
    for _time in range(3):
        with statements() as seen:
            client.get("/home/")
        counts.append(sum("UPDATE" in text for text in map(str, seen)))

    assert counts == [1, 0, 0]


def test_session_that_waits_for_a_second_factor_opens_nothing(client, cast, login, db_session):
    login(client, cast.owner)
    db_session.execute(sa.update(UserSession).values(awaits_factor=True))
    db_session.commit()

    assert client.get("/home/").location.startswith("/login/")
    assert client.get("/api/v1/users/").status_code == 401


def test_session_seen_as_a_role_has_no_right_outside_of_it(client, cast, login, db_session):
    login(client, cast.admin)
    assert client.get("/api/v1/users/").status_code == 200
    role = Role(name="Reader of nothing")
    db_session.add(role)
    db_session.flush()
    db_session.execute(sa.update(UserSession).values(role_id=role.id))
    db_session.commit()

    assert client.get("/api/v1/users/").status_code == 403
    assert client.get("/home/").status_code == 200


def test_role_seen_as_gives_nobody_a_right(client, cast, login, db_session):
    login(client, cast.stranger)
    admin = db_session.scalars(sa.select(Role).filter_by(name="Admin")).one()
    db_session.execute(sa.update(UserSession).values(role_id=admin.id))
    db_session.commit()

    assert client.get("/api/v1/users/").status_code == 403


def test_session_may_act_as_another_user(client, cast, login, db_session):
    login(client, cast.admin)
    act_as(cast.stranger)
    db_session.commit()

    assert client.get("/api/v1/users/").status_code == 403
    assert "Stranger" in client.get("/home/").text


@pytest.mark.parametrize("who", ["admin", "stranger"])
def test_acting_ends_with_either_account(client, cast, login, db_session, who):
    login(client, cast.admin)
    act_as(cast.stranger)
    getattr(cast, who).active = False
    db_session.commit()

    assert client.get("/home/").location.startswith("/login/")


def test_signing_in_forgets_sessions_that_are_over(client, cast, login, db_session, sign_in):
    session_of(cast.owner)
    over = now() - datetime.timedelta(days=1)
    db_session.execute(sa.update(UserSession).values(expires_at=over))
    db_session.commit()

    sign_in(client, "cast-owner")

    assert db_session.scalar(sa.select(sa.func.count()).select_from(UserSession)) == 1


def test_session_of_one_user_cannot_become_that_of_another(client, cast):
    with client.session_transaction() as session:
        session.update(session_of(cast.owner) | {"_user_id": str(cast.admin.id)})

    assert client.get("/home/").location.startswith("/login/")


def test_cookie_tells_nothing_of_the_hash(client, cast, sign_in):
    sign_in(client, "cast-owner")

    with client.session_transaction() as session:
        kept = str(dict(session))

    assert cast.owner.password not in kept
    assert cast.owner.password.rpartition("$")[2] not in kept


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(client, sign_in):
    answer = sign_in(client, "cast-owner")

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_pages_do_not_write_the_session(client, sign_in):
    sign_in(client, "cast-owner")
    client.get("/home/")

    assert "Set-Cookie" not in client.get("/home/").headers
