"""What may become a password, and what is kept of it."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User

from app.security.passwords import epoch_of, faults_of, hash_password, is_password_of

GOOD = "four unrelated words here"


@pytest.fixture
def user():
    """Somebody with a password."""
    return User(id=7, username="u", active=True, password=hash_password(GOOD))


@pytest.fixture
def context(app):
    """An application, for its secret and its language."""
    with app.app_context():
        yield app


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "tr0ub4dor&3xkcd!",
        "   spaces at both ends   ",
        "漢字かな交じり文の合言葉です",
        "x7Kq-92mZ_pLw",
        "w" * 3 + "ordinary sentence" + "x" * 100,
    ],
)
def test_password_may_be_anything_long_and_unusual(context, password):
    assert faults_of(password) == []


@pytest.mark.parametrize(
    "password",
    [
        "",
        "elevenchars",
        "x" * 129,
        "with\0a nul inside it",
        "password1234",
        "Password1234!",
        "P@ssw0rd12345",
        "123456789012",
        "qwertyuiop12",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijkl",
        "letmein12345",
        "welcome-2026!",
        "adminadmin12",
        "iloveyou2026",
    ],
)
def test_short_long_and_common_passwords_are_refused(context, password):
    assert len(faults_of(password)) == 1


@pytest.mark.parametrize("password", ["margarida2026", "Margarida-1234", "margarida@x.pt"])
def test_own_name_is_refused(context, password):
    assert faults_of(password, about=("margarida", "margarida@x.pt")) != []


def test_hash_is_scrypt_with_a_salt():
    first, second = hash_password(GOOD), hash_password(GOOD)

    assert first.startswith("scrypt:")
    assert first != second


def test_right_password_is_right(user):
    assert is_password_of(user, GOOD)


@pytest.mark.parametrize("password", ["", GOOD + " ", GOOD.upper(), GOOD + "\0", GOOD * 10])
def test_other_password_is_wrong(user, password):
    assert not is_password_of(user, password)


@pytest.mark.parametrize("changes", [{"active": False}, {"password": None}, {"password": ""}])
def test_unusable_account_has_no_right_password(user, changes):
    for name, value in changes.items():
        setattr(user, name, value)

    assert not is_password_of(user, GOOD)


def test_epoch_changes_with_password_user_and_secret(context, user):
    first = epoch_of(user)
    other = User(id=8, password=user.password)

    assert epoch_of(user) == first
    assert epoch_of(other) != first
    user.password = hash_password(GOOD)
    assert epoch_of(user) != first
