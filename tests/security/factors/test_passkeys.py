"""Passkeys: beside the password, in place of it, and everything that is none."""

from __future__ import annotations

import datetime

import pytest

from app.extensions import db
from app.security.factors.models import Passkey
from app.security.models import UserSession
from tests.security.conftest import find
from tests.security.factors.conftest import is_signed_in, options_of, session_of_browser


def test_a_passkey_beside_the_password_signs_in(client, cast, passkey_of, give_password):
    device = passkey_of(cast.owner)
    give_password(cast.owner)
    options = options_of(client, "/login/factor/passkey/options")

    sent = device.sign(options, is_verified=False)
    answer = client.post("/login/factor/passkey/?next=/profile/", data={"credential": sent})

    assert [key["id"] for key in options["allowCredentials"]] == [device.name]
    assert answer.location == "/profile/"
    assert is_signed_in(client)


def test_the_passkey_of_another_user_does_not_do(client, cast, passkey_of, give_password):
    other = passkey_of(cast.teammate)
    passkey_of(cast.owner)
    give_password(cast.owner)
    options = options_of(client, "/login/factor/passkey/options")

    answer = client.post("/login/factor/passkey/", data={"credential": other.sign(options)})

    assert answer.status_code == 401
    assert not is_signed_in(client)


def test_a_passkey_alone_signs_in(client, cast, passkey_of):
    device = passkey_of(cast.owner)
    options = options_of(client, "/login/passkey/options")
    before = cast.owner.login_count or 0

    answer = client.post(
        "/login/passkey/?next=/profile/", data={"credential": device.sign(options), "remember": "y"}
    )

    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    assert answer.location == "/profile/"
    assert "cast-owner" in client.get("/profile/").text
    held = find(UserSession, user_id=cast.owner.id)
    assert (held.is_remembered, held.has_factor, held.awaits_factor) == (True, True, False)
    db.session.refresh(cast.owner)
    assert cast.owner.login_count == before + 1


@pytest.mark.parametrize(
    "changes",
    [
        {"is_verified": False},
        {"userHandle": "AAAA"},
        {"userHandle": None},
        {"origin": "http://evil.example"},
        {"signature": "AAAA"},
    ],
)
def test_a_passkey_that_proves_nothing_signs_nobody_in(client, cast, passkey_of, changes):
    device = passkey_of(cast.owner)
    options = options_of(client, "/login/passkey/options")

    answer = client.post("/login/passkey/", data={"credential": device.sign(options, **changes)})

    assert answer.location.startswith("/login/")
    assert not is_signed_in(client)
    assert "The passkey was not accepted." in client.get("/login/").text


def test_a_disabled_user_has_no_passkey(client, cast, passkey_of):
    device = passkey_of(cast.owner)
    cast.owner.active = False
    db.session.commit()
    options = options_of(client, "/login/passkey/options")

    client.post("/login/passkey/", data={"credential": device.sign(options)})

    assert not is_signed_in(client)


@pytest.mark.both_databases
def test_an_answer_is_good_once(app, client, cast, passkey_of):
    device = passkey_of(cast.owner)
    options = options_of(client, "/login/passkey/options")
    kept, sent = dict(session_of_browser(client)), device.sign(options)
    assert client.post("/login/passkey/", data={"credential": sent}).location == "/home/"
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(kept)
    # A device that counts nothing leaves the challenge as the only protection.
    _forget_count(device)

    answer = thief.post("/login/passkey/", data={"credential": sent})

    assert answer.location.startswith("/login/")
    assert not is_signed_in(thief)


def test_a_challenge_is_good_for_five_minutes(client, cast, passkey_of, clock):
    device = passkey_of(cast.owner)
    options = options_of(client, "/login/passkey/options")
    clock.advance(datetime.timedelta(minutes=5, seconds=1))

    client.post("/login/passkey/", data={"credential": device.sign(options)})

    assert not is_signed_in(client)


def test_a_challenge_for_one_thing_does_for_no_other(client, cast, passkey_of, give_password):
    device = passkey_of(cast.owner)
    options = options_of(client, "/login/passkey/options")
    kept = session_of_browser(client)["passkey"]
    give_password(cast.owner)
    with client.session_transaction() as session:
        session["passkey"] = kept

    answer = client.post("/login/factor/passkey/", data={"credential": device.sign(options)})

    assert answer.status_code == 401


def test_the_challenge_of_another_browser_does_not_do(app, client, cast, passkey_of):
    device = passkey_of(cast.owner)
    options = options_of(app.test_client(), "/login/passkey/options")
    options_of(client, "/login/passkey/options")

    client.post("/login/passkey/", data={"credential": device.sign(options)})

    assert not is_signed_in(client)


def test_a_copied_key_is_found_out(app, client, cast, passkey_of):
    device = passkey_of(cast.owner)
    for _use in range(2):
        options = options_of(client, "/login/passkey/options")
        client.post("/login/passkey/", data={"credential": device.sign(options)})
    thief = app.test_client()
    options = options_of(thief, "/login/passkey/options")
    device.count = 0

    thief.post("/login/passkey/", data={"credential": device.sign(options)})

    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    "sent",
    ["", "{", "[]", "{}", '{"response": 1}', '{"id": "\\u0000", "response": {}}', "[" * 9000],
)
def test_what_is_no_passkey_is_refused(client, sent):
    options_of(client, "/login/passkey/options")

    answer = client.post("/login/passkey/", data={"credential": sent})

    assert answer.status_code == 303


def test_there_are_no_passkeys_at_a_bare_address(client):
    headers = {"Host": "192.0.2.1"}

    answer = client.post("/login/passkey/options", headers=headers)

    assert answer.status_code == 404
    assert "passkey" not in client.get("/login/", headers=headers).text


def test_the_login_page_offers_a_passkey(client):
    assert "Log in with a passkey" in client.get("/login/").text


def _forget_count(device) -> None:
    row = find(Passkey, credential_id=device.name)
    row.sign_count = 0
    db.session.commit()
