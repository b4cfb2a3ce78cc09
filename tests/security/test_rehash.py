"""A password that is kept too weakly is hashed anew when its owner logs in."""

from __future__ import annotations

import pytest
from werkzeug.security import generate_password_hash

from app.mail.models import MailMessage
from app.security.passwords import METHOD, hash_password, is_password_of, is_weak_hash
from app.security.rehash import renew_hash
from tests.fixtures.people import PASSWORD


@pytest.mark.both_databases
def test_a_weak_hash_becomes_a_strong_one(client, cast, sign_in, db_session):
    before = cast.owner.password
    sign_in(client, "cast-owner")

    db_session.refresh(cast.owner)
    assert before.startswith("pbkdf2:")
    assert cast.owner.password.startswith(f"{METHOD}$")
    assert is_password_of(cast.owner, PASSWORD)


@pytest.mark.both_databases
def test_nobody_is_signed_out_by_it(app, client, cast, login, sign_in):
    """Sessions end with the password they were begun with, and this is still the same one."""
    elsewhere = login(app.test_client(), cast.owner)

    sign_in(client, "cast-owner")

    assert elsewhere.get("/home/").status_code == 200
    assert client.get("/home/").status_code == 200


def test_a_session_of_an_older_password_does_not_come_back(app, client, cast, login, sign_in):
    stale = login(app.test_client(), cast.owner)
    cast.owner.password = generate_password_hash("another password", method="pbkdf2:sha256:1")
    login(app.test_client(), cast.owner)
    cast.owner.password = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1")

    sign_in(client, "cast-owner")

    assert stale.get("/home/").status_code == 302


def test_a_wrong_password_changes_nothing(client, cast, sign_in, db_session):
    before = cast.owner.password
    sign_in(client, "cast-owner", "not the password")

    db_session.refresh(cast.owner)
    assert cast.owner.password == before


def test_a_strong_hash_stays_as_it_is(client, cast, sign_in, db_session):
    cast.owner.password = before = hash_password(PASSWORD)
    db_session.commit()
    sign_in(client, "cast-owner")

    db_session.refresh(cast.owner)
    assert cast.owner.password == before


def test_of_two_log_ins_at_once_the_second_takes_what_the_first_has_written(db_session, cast):
    held = cast.owner.password
    renew_hash(cast.owner, PASSWORD)
    first = cast.owner.password
    cast.owner.__dict__["password"] = held

    renew_hash(cast.owner, PASSWORD)

    assert cast.owner.password == first


def test_nobody_is_told(client, cast, sign_in, db_session):
    sign_in(client, "cast-owner")

    assert db_session.query(MailMessage).count() == 0


@pytest.mark.parametrize(
    ("kept", "is_weak"),
    [
        (f"{METHOD}$salt$hash", False),
        ("scrypt:65536:8:1$salt$hash", False),
        ("scrypt:16384:8:1$salt$hash", True),
        ("pbkdf2:sha256:1000000$salt$hash", True),
        ("scrypt$salt$hash", True),
        ("sha1$salt$hash", True),
    ],
)
def test_what_is_weak(kept, is_weak):
    assert is_weak_hash(kept) is is_weak
