"""Guessing is slow, and costs nobody but the guesser."""

from __future__ import annotations

import pytest
from limits.errors import StorageError
from limits.storage import MemoryStorage

from app.security.attempts import Attempts, TooManyAttempts
from app.security.passwords import hash_password, is_password_of
from tests.fixtures.people import PASSWORD

WRONG = "not the password"


@pytest.fixture
def limited(make_app):
    """An application that counts, with few attempts for an address."""
    return make_app(RATELIMIT_ENABLED=True, AUTH_RATE_LIMIT="5 per hour")


@pytest.fixture
def attempts():
    """The counters by themselves."""
    return Attempts(MemoryStorage(), "1000 per hour")


class BrokenStorage(MemoryStorage):
    """A Redis that is away."""

    def acquire_entry(self, *_args, **_options):
        raise StorageError(OSError("away"))

    def get_moving_window(self, *_args, **_options):
        raise StorageError(OSError("away"))


def test_too_many_attempts_from_one_address_are_429(limited, sign_in):
    client = limited.test_client()
    answers = [sign_in(client, f"name-{number}", WRONG).status_code for number in range(7)]

    assert answers == [401] * 5 + [429] * 2
    assert "too many attempts" in sign_in(client, "cast-owner").text


def test_another_address_is_not_concerned(limited, sign_in):
    client = limited.test_client()
    for number in range(7):
        sign_in(client, f"name-{number}", WRONG)

    data = {"username": "cast-owner", "password": PASSWORD}
    answer = client.post("/login/", data=data, environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert answer.status_code == 303


def test_api_counts_with_the_form(limited, sign_in):
    client = limited.test_client()
    for number in range(5):
        sign_in(client, f"name-{number}", WRONG)

    answer = client.post(
        "/api/v1/security/login", json={"username": "cast-owner", "password": PASSWORD}
    )

    assert answer.status_code == 429
    assert answer.json["code"] == "too_many_requests"


def test_change_of_password_counts_too(limited, sign_in):
    client = limited.test_client()
    sign_in(client, "cast-owner")
    guess = {"current_password": WRONG, "new_password": "x", "repeated": "x"}

    texts = [client.post("/profile/password/", data=guess).text for _number in range(5)]

    assert "This is not your current password." in texts[0]
    assert "too many attempts" in texts[-1]


def test_guesses_on_one_account_end_from_that_address_only(attempts):
    for _number in range(10):
        attempts.begin("ana", "192.0.2.1")
        attempts.fail("ana", "192.0.2.1")

    with pytest.raises(TooManyAttempts):
        attempts.begin("ANA ", "192.0.2.1")
    attempts.begin("ana", "192.0.2.2")
    attempts.begin("ben", "192.0.2.1")


def test_guesses_from_many_addresses_end_too(attempts):
    for number in range(100):
        attempts.begin("ana", f"192.0.2.{number}")
        attempts.fail("ana", f"192.0.2.{number}")

    with pytest.raises(TooManyAttempts):
        attempts.begin("ana", "198.51.100.1")


def test_right_passwords_are_not_counted_against_the_account(attempts):
    for _number in range(50):
        attempts.begin("ana", "192.0.2.1")


def test_mails_are_counted_by_asker_and_by_reader(attempts):
    one_reader = [attempts.ask("reset", "Ana ", "192.0.2.1") for _number in range(4)]
    other_kind = attempts.ask("registration", "ana", "192.0.2.1")
    other_asker = attempts.ask("reset", "ana", "192.0.2.2")

    assert one_reader == [True] * 3 + [False]
    assert (other_kind, other_asker) == (True, False)

    def ask_about_many() -> None:
        for number in range(20):
            attempts.ask("reset", f"name-{number}", "192.0.2.1")

    with pytest.raises(TooManyAttempts):
        ask_about_many()


def test_mails_asked_for_keep_nobody_from_logging_in(attempts):
    for _number in range(20):
        attempts.ask("reset", "ana", "192.0.2.1")

    attempts.begin("ana", "192.0.2.1")


def test_counting_goes_on_without_redis():
    attempts = Attempts(BrokenStorage(), "3 per hour")
    for _number in range(3):
        attempts.begin("ana", "192.0.2.1")

    with pytest.raises(TooManyAttempts):
        attempts.begin("ana", "192.0.2.1")


def test_counters_are_in_redis_where_there_is_one(make_app, redis_url, sign_in):
    settings = {
        "RATELIMIT_ENABLED": True,
        "RATELIMIT_STORAGE_URI": redis_url,
        "AUTH_RATE_LIMIT": "3 per minute",
    }
    first, second = make_app(**settings), make_app(**settings)
    for number in range(3):
        sign_in(first.test_client(), f"name-{number}", WRONG)

    assert sign_in(second.test_client(), "cast-owner").status_code == 429


def test_unknown_user_costs_a_hash_of_the_kind_that_ours_are(app):
    ours = hash_password("x").split("$")[0]

    assert is_password_of(None, "x") is False
    assert ours == "scrypt:32768:8:1"


def test_sign_in_is_noted_with_the_user(client, cast, sign_in, db_session):
    sign_in(client, "cast-owner", WRONG)
    db_session.refresh(cast.owner)
    assert cast.owner.fail_login_count == 1

    sign_in(client, "cast-owner")
    db_session.refresh(cast.owner)
    assert (cast.owner.fail_login_count, cast.owner.login_count) == (0, 1)
    assert cast.owner.last_login is not None
