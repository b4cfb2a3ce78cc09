"""What a password must be, how it is kept, and how one is checked without telling who exists."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from werkzeug.security import check_password_hash, generate_password_hash

MIN_LENGTH = 12
MAX_LENGTH = 128
METHOD = "scrypt:32768:8:1"

# A hash that no password has, of the kind that ours are, so that checking it takes as long.
_NOBODYS = (
    "scrypt:32768:8:1$wiDa0ruWlIPhp9LM$6e40"
    "9d093e62ad54df2af895d0e125b05ff6cf6414"
    "8350189ffc4bcc71286edf1b8ad94a442c00f8"
    "90224bf2b32153d0750c89ee9401e62f9dcee5399065e4e5"
)
_COMMON_PARTS = frozenset(
    "abc abcd admin administrator access baseball batman bureau changeme dragon flower football"
    " freedom hello iloveyou letmein login lovely love master michael monkey ninja pass passw"
    " password passwort princess qwerty qwertz root secret senha shadow starwars sunshine"
    " superman test trustno welcome whatever your my the new is super user"
    " qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm azerty qaz wsx edc".split()
)
_ROWS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)
_LEET = str.maketrans("013457@$!", "oieastasi")
_EPOCH_LENGTH = 24


def hash_password(password: str) -> str:
    """The password as it is kept."""
    return generate_password_hash(password, method=METHOD)


def is_weak_hash(kept: str) -> bool:
    """Whether a password is kept in a way that costs a thief less than ours of today."""
    method, *costs = kept.partition("$")[0].split(":")
    wanted, *wanted_costs = METHOD.split(":")
    if method != wanted or len(costs) != len(wanted_costs):
        return True
    return any(int(cost) < int(least) for cost, least in zip(costs, wanted_costs, strict=True))


def is_password_of(user: User | None, password: str) -> bool:
    """Whether this is the user's password; takes as long for a user who does not exist."""
    is_usable = user is not None and bool(user.active) and bool(user.password)
    is_sane = 0 < len(password) <= MAX_LENGTH and "\0" not in password
    kept = user.password if user is not None and is_usable else _NOBODYS
    matches = check_password_hash(kept or _NOBODYS, password[:MAX_LENGTH])
    if not matches and is_weak_hash(kept or _NOBODYS):
        # A weak hash is checked quicker, which would tell that there is such an account.
        check_password_hash(_NOBODYS, password[:MAX_LENGTH])
    return matches and is_usable and is_sane


def epoch_of(user: User) -> str:
    """A word that changes with the password, so that what was signed in with the old one ends.

    It is made with the application's secret: the cookie that carries it can be read, and must
    tell nothing about the hash.
    """
    secret = str(current_app.config["SECRET_KEY"]).encode()
    text = f"password epoch:{user.id}:{user.password}"
    return hmac.new(secret, text.encode(), "sha256").hexdigest()[:_EPOCH_LENGTH]


def faults_of(password: str, about: Iterable[str] = ()) -> list[str]:
    """Why this must not become a password; empty when it may.

    `about` are words that belong to the account, such as its name. There are no rules about
    kinds of characters: they make people write what everybody writes.
    """
    if len(password) < MIN_LENGTH:
        return [_("Use at least %(count)d characters.", count=MIN_LENGTH)]
    if len(password) > MAX_LENGTH:
        return [_("Use at most %(count)d characters.", count=MAX_LENGTH)]
    if "\0" in password:
        return [_("This has a character that cannot be used.")]
    lowered = password.lower()
    if _is_common(lowered) or _is_common(_without_figures(lowered)):
        return [_("This password is too easy to guess. Several unrelated words make a good one.")]
    if any(len(word) > 3 and _is_mostly(lowered, word.lower()) for word in about):
        return [_("Do not use your own name or address as a password.")]
    return []


def _without_figures(password: str) -> str:
    """The password without what is put at its ends, and letters for the figures inside."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password).translate(_LEET)


def _is_common(password: str) -> bool:
    """Whether nothing is left without well-known words, rows of keys and repetitions."""
    if len(set(password)) <= 4:
        return True
    rest = password
    for row in _ROWS:
        rest = _without_runs(rest, row)
    for part in sorted(_COMMON_PARTS, key=len, reverse=True):
        rest = rest.replace(part, " ")
    rest = re.sub(r"[\W\d_]+", "", rest)
    return len(rest) < 4


def _without_runs(password: str, row: str) -> str:
    """The password without pieces of four and more characters that stand in this order."""
    for length in range(len(row), 3, -1):
        for start in range(len(row) - length + 1):
            password = password.replace(row[start : start + length], " ")
    return password


def _is_mostly(password: str, word: str) -> bool:
    rest = re.sub(r"[\W\d_]+", "", password.replace(word, ""))
    return word in password and len(rest) < 4
