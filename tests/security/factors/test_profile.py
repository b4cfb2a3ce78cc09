"""Setting factors up and taking them away, as their owner does it."""

from __future__ import annotations

import datetime
import json
import re

import pyotp
import pytest
import sqlalchemy as sa

from app.extensions import db
from app.mail.models import MailMessage
from app.security.factors.models import Passkey, RecoveryCode, TotpSecret
from app.security.factors.policy import factors_of
from tests.security.conftest import find
from tests.security.factors.authenticator import Device

URL = "/profile/factors/"
ADD = "/profile/factors/passkeys/add/"
CODE = re.compile(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>")
SECRET = re.compile(r'id="secret">([A-Z2-7 ]+)<')


@pytest.fixture
def owner(client, cast, login, clock):
    """A browser of somebody who has signed in a moment ago."""
    return login(client, cast.owner)


def set_up_app(browser, clock):
    """Set an app up and give its secret with the page that follows."""
    browser.post(f"{URL}app/start")
    secret = SECRET.search(browser.get(f"{URL}app/").text)[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(int(clock().timestamp()))
    return secret, browser.post(f"{URL}app/", data={"code": code})


def add_passkey(browser, device, name="Laptop", **changes):
    options = json.loads(browser.post(f"{URL}passkeys/options").text)
    data = {"name": name, "credential": device.make(options), **changes}
    return browser.post(ADD, data=data)


@pytest.mark.both_databases
def test_an_app_counts_from_its_first_code_on(owner, cast, clock):
    owner.post(f"{URL}app/start")
    assert not factors_of(cast.owner.id).has_any

    secret, page = set_up_app(owner, clock)

    assert page.status_code == 200
    assert len(set(CODE.findall(page.text))) == 10
    assert factors_of(cast.owner.id).has_totp
    assert secret not in owner.get(URL).text


def test_the_picture_stands_in_the_page_and_nobody_keeps_it(owner):
    owner.post(f"{URL}app/start")

    page = owner.get(f"{URL}app/")

    assert 'src="data:image/svg+xml' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_wrong_first_code_changes_nothing(owner, cast):
    owner.post(f"{URL}app/start")

    answer = owner.post(f"{URL}app/", data={"code": "000000"})

    assert answer.status_code == 422
    assert "This is not the code" in answer.text
    assert not factors_of(cast.owner.id).has_any


def test_a_proposed_secret_is_good_for_an_hour(owner, clock):
    owner.post(f"{URL}app/start")
    clock.advance(datetime.timedelta(hours=1))

    assert owner.get(f"{URL}app/").location == URL


def test_looking_at_the_page_draws_no_secret(owner, statements):
    with statements() as seen:
        owner.get(f"{URL}app/")
        owner.get(URL)

    assert not [text for text in seen if text.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_secrets_are_kept_sealed_and_codes_as_hashes(owner, cast, clock):
    secret, page = set_up_app(owner, clock)

    row = find(TotpSecret, user_id=cast.owner.id)
    assert secret not in row.secret
    codes = CODE.findall(page.text)
    kept = db.session.scalars(sa.select(RecoveryCode.digest)).all()
    assert not any(code.replace("-", "") in digest for code in codes for digest in kept)


def test_changing_to_another_phone_is_never_without_a_factor(owner, cast, clock):
    first, _page = set_up_app(owner, clock)
    owner.post(f"{URL}app/start")
    assert factors_of(cast.owner.id).has_totp
    clock.advance(datetime.timedelta(seconds=30))

    second, page = set_up_app(owner, clock)

    assert page.location == URL
    assert second != first
    assert factors_of(cast.owner.id).codes_left == 10


def test_new_recovery_codes_make_the_old_ones_void(owner, cast, clock):
    _secret, page = set_up_app(owner, clock)
    before = find_digests()

    again = owner.post(f"{URL}codes")

    assert not set(CODE.findall(again.text)) & set(CODE.findall(page.text))
    assert len(find_digests()) == 10
    assert not find_digests() & before
    assert not CODE.findall(owner.get(URL).text)


def test_codes_need_a_factor(owner):
    assert owner.post(f"{URL}codes").status_code == 409


def test_removing_the_last_factor_removes_the_recovery_codes(owner, cast, clock):
    set_up_app(owner, clock)

    answer = owner.post(f"{URL}app/remove")

    assert answer.location == URL
    found = factors_of(cast.owner.id)
    assert (found.has_any, found.codes_left) == (False, 0)


@pytest.mark.both_databases
def test_a_passkey_is_made(owner, cast):
    device = Device()

    page = add_passkey(owner, device, "  Ana's laptop ")

    assert len(CODE.findall(page.text)) == 10
    row = find(Passkey, user_id=cast.owner.id)
    assert (row.name, row.credential_id, row.sign_count) == ("Ana's laptop", device.name, 0)
    assert "Ana&#39;s laptop" in owner.get(URL).text


def test_a_second_passkey_has_the_same_handle_and_leaves_the_first_out(owner):
    first = Device()
    add_passkey(owner, first)

    options = json.loads(owner.post(f"{URL}passkeys/options").text)

    assert options["user"]["id"] == first.handle
    assert [key["id"] for key in options["excludeCredentials"]] == [first.name]


def test_a_passkey_that_is_known_is_refused(owner, cast):
    device = Device()
    add_passkey(owner, device)

    answer = add_passkey(owner, device)

    assert answer.status_code == 422
    assert factors_of(cast.owner.id).passkeys == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 65])
def test_a_passkey_needs_a_name(owner, cast, name):
    answer = add_passkey(owner, Device(), name)

    assert answer.status_code == 422
    assert not factors_of(cast.owner.id).has_any


def test_a_passkey_made_for_another_host_is_refused(owner, cast):
    options = json.loads(owner.post(f"{URL}passkeys/options").text)
    sent = Device().make(options, origin="https://evil.example")

    answer = owner.post(ADD, data={"name": "x", "credential": sent})

    assert answer.status_code == 422
    assert not factors_of(cast.owner.id).has_any


def test_a_passkey_is_made_once_for_a_challenge(owner, cast):
    options = json.loads(owner.post(f"{URL}passkeys/options").text)
    with owner.session_transaction() as session:
        kept = session["passkey"]
    owner.post(ADD, data={"name": "x", "credential": Device().make(options)})
    with owner.session_transaction() as session:
        session["passkey"] = kept

    answer = owner.post(ADD, data={"name": "y", "credential": Device().make(options)})

    assert answer.status_code == 422
    assert factors_of(cast.owner.id).passkeys == 1


def test_a_passkey_is_renamed_and_removed(owner, cast, passkey_of):
    passkey_of(cast.owner)
    key = find(Passkey, user_id=cast.owner.id).id

    owner.post(f"{URL}passkeys/{key}/rename", data={"name": "Telephone"})
    assert "Telephone" in owner.get(URL).text

    owner.post(f"{URL}passkeys/{key}/remove")
    assert not factors_of(cast.owner.id).has_any


@pytest.mark.parametrize("verb", ["rename", "remove"])
def test_the_passkey_of_another_user_is_none(owner, cast, passkey_of, verb):
    passkey_of(cast.teammate)
    key = find(Passkey, user_id=cast.teammate.id).id

    answer = owner.post(f"{URL}passkeys/{key}/{verb}", data={"name": "mine"})

    assert answer.status_code == 404
    assert factors_of(cast.teammate.id).passkeys == 1


def test_changes_end_the_other_sessions_and_are_told_to_the_owner(
    app, owner, cast, login, clock, db_session
):
    other = login(app.test_client(), cast.owner)

    set_up_app(owner, clock)

    assert owner.get("/home/").status_code == 200
    assert other.get("/home/").status_code == 302
    mail = db_session.scalars(sa.select(MailMessage)).one()
    assert mail.recipient == "owner@cast.example"
    assert "An authenticator app was set up" in mail.text


@pytest.mark.parametrize("url", ["app/start", "app/remove", "codes"])
def test_changes_ask_again_who_it_is(owner, cast, clock, passkey_of, url):
    passkey_of(cast.owner)
    before = factors_of(cast.owner.id)
    clock.advance(datetime.timedelta(hours=1))

    answer = owner.post(f"{URL}{url}")

    assert answer.status_code == 403
    assert "_confirm_password" in answer.text
    assert factors_of(cast.owner.id) == before


def test_a_new_passkey_asks_again_who_it_is(owner, clock):
    clock.advance(datetime.timedelta(hours=1))

    assert owner.get(ADD).status_code == 403
    headers = {"Accept": "application/json"}
    answer = owner.post(f"{URL}passkeys/options", headers=headers)
    assert answer.json["code"] == "confirmation_required"


@pytest.mark.parametrize("url", [URL, f"{URL}app/", ADD])
def test_a_visitor_has_no_factors(client, url):
    assert client.get(url).location.startswith("/login/")


def test_a_password_reset_keeps_the_factors(owner, cast, phone_of):
    phone_of(cast.owner)
    cast.owner.password = "another hash"
    db.session.commit()

    assert factors_of(cast.owner.id).has_totp


def find_digests() -> set[str]:
    return set(db.session.scalars(sa.select(RecoveryCode.digest)))
