"""A session counts for as long as the account and its password are what they were."""

from __future__ import annotations

import pytest

from app.extensions import db
from app.security.passwords import hash_password
from app.security.sessions import EPOCH, session_of
from tests.security.conftest import user_named


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


@pytest.mark.parametrize("epoch", [None, "", "x" * 24])
def test_session_without_the_right_epoch_counts_for_nothing(client, cast, epoch):
    with client.session_transaction() as session:
        session.update(session_of(cast.owner) | {EPOCH: epoch})

    assert client.get("/home/").location.startswith("/login/")


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
