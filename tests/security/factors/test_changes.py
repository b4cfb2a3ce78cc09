"""What is recorded of factors, and what is not."""

from __future__ import annotations

import logging

import pyotp
import sqlalchemy as sa

from app.security.audit import SecurityEvent
from app.security.factors.mails import tell_owner
from tests.security.conftest import find
from tests.security.factors.test_profile import CODE, URL, set_up_app


def recorded(db_session) -> list[tuple[str, str]]:
    """All events as (kind, outcome), the oldest first."""
    rows = db_session.scalars(sa.select(SecurityEvent).order_by(SecurityEvent.id))
    return [(row.kind, row.outcome.value) for row in rows]


def test_what_is_tried_and_changed_is_recorded(client, cast, phone_of, give_password, db_session):
    phone = phone_of(cast.owner)
    give_password(cast.owner)
    client.post("/login/factor/", data={"code": "000000"})
    client.post("/login/factor/", data={"code": phone.code()})
    client.post(f"{URL}codes")
    client.post(f"{URL}app/remove")

    found = recorded(db_session)

    for event in (
        ("second-factor", "failure"),
        ("second-factor", "success"),
        ("recovery-drawn", "success"),
        ("factor-removed", "success"),
    ):
        assert event in found
    assert found.index(("second-factor", "failure")) < found.index(("second-factor", "success"))


def test_nothing_secret_is_in_the_log_or_the_record(client, cast, login, clock, db_session, caplog):
    caplog.set_level(logging.DEBUG)
    login(client, cast.owner)
    secret, page = set_up_app(client, clock)
    code = pyotp.TOTP(secret).at(int(clock().timestamp()))
    client.post("/logout/")
    client.post("/login/", data={"username": "cast-owner", "password": cast.password})
    client.post("/login/factor/", data={"code": "000000"})
    client.post("/login/factor/", data={"code": CODE.findall(page.text)[0]})

    events = db_session.execute(sa.select(SecurityEvent.__table__)).all()

    assert len(events) > 4
    kept = caplog.text + repr(events)
    for word in (secret, *CODE.findall(page.text), *(f" {code}", f"'{code}'")):
        assert word not in kept


def test_an_account_without_an_address_gets_no_mail(cast, db_session):
    cast.owner.email = "no address"

    tell_owner(cast.owner, "app-added")

    assert find(type(cast.owner), id=cast.owner.id)
