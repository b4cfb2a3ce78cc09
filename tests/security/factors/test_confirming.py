"""A factor as the proof that it is still the one who has signed in."""

from __future__ import annotations

import datetime
import json

import pytest

from app.security.factors.policy import factors_of

URL = "/profile/factors/"


@pytest.fixture
def tired(client, cast, login, clock):
    """A browser that has signed in so long ago that changes need a proof."""
    login(client, cast.owner)
    clock.advance(datetime.timedelta(hours=1))
    return client


def test_a_code_is_proof_enough(tired, cast, phone_of):
    phone = phone_of(cast.owner)

    page = tired.post(f"{URL}app/remove").text
    data = {"_confirm": "code", "_confirm_code": phone.code()}
    answer = tired.post(f"{URL}app/remove", data=data)

    assert 'name="_confirm_code"' in page
    assert answer.location == URL
    assert not factors_of(cast.owner.id).has_any


def test_a_wrong_code_is_none(tired, cast, phone_of):
    phone_of(cast.owner)

    answer = tired.post(f"{URL}app/remove", data={"_confirm": "code", "_confirm_code": "000000"})

    assert answer.status_code == 422
    assert factors_of(cast.owner.id).has_totp


def test_a_passkey_is_proof_enough(tired, cast, passkey_of):
    device = passkey_of(cast.owner)
    options = json.loads(tired.post(f"{URL}passkeys/confirm").text)
    data = {"_confirm": "passkey", "credential": device.sign(options)}

    answer = tired.post(f"{URL}codes", data=data)

    assert answer.status_code == 200
    assert factors_of(cast.owner.id).codes_left == 10


def test_the_passkey_of_somebody_else_is_none(tired, cast, passkey_of):
    passkey_of(cast.owner)
    other = passkey_of(cast.teammate)
    options = json.loads(tired.post(f"{URL}passkeys/confirm").text)
    data = {"_confirm": "passkey", "credential": other.sign(options)}

    assert tired.post(f"{URL}codes", data=data).status_code == 422


def test_whoever_has_no_factor_is_not_offered_one(tired):
    page = tired.post(f"{URL}app/start").text

    assert "_confirm_password" in page
    assert "_confirm_code" not in page
    assert "data-passkey" not in page
