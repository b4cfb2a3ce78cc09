"""Secrets of apps: sealed, bound to their user, and good for nothing under another key."""

from __future__ import annotations

from urllib.parse import unquote

from app.extensions import db
from app.security.factors.models import TotpSecret
from app.security.factors.totp import grouped, qr_code, setup_uri, use_code
from tests.security.conftest import find

SECRET = "ABCD" * 8


def test_a_secret_copied_to_another_user_opens_nothing(cast, phone_of):
    phone = phone_of(cast.owner)
    phone_of(cast.teammate)
    find(TotpSecret, user_id=cast.teammate.id).secret = find(
        TotpSecret, user_id=cast.owner.id
    ).secret
    db.session.commit()

    assert not use_code(cast.teammate.id, phone.next_code())


def test_another_secret_key_opens_none_and_breaks_nothing(app, cast, phone_of):
    phone = phone_of(cast.owner)
    before = app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another one"
    try:
        assert not use_code(cast.owner.id, phone.code())
    finally:
        app.config["SECRET_KEY"] = before

    assert use_code(cast.owner.id, phone.code())


def test_the_uri_says_whose_it_is(cast):
    uri = unquote(setup_uri(cast.owner, SECRET))

    assert uri.startswith("otpauth://totp/Bureau:cast-owner?secret=" + SECRET)
    assert "issuer=Bureau" in uri


def test_the_picture_stands_in_the_page_itself():
    assert qr_code("otpauth://totp/x?secret=ABCD").startswith("data:image/svg+xml")


def test_a_secret_is_shown_in_groups():
    assert grouped("ABCDEFGH") == "ABCD EFGH"
