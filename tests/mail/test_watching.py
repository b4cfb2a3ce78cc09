"""Whoever looks after the mails is told where one lies, and nobody else is."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.cache import drop
from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from app.mail.watching import standing
from tests.fixtures.mail import TRY_LATER, deliver_everything
from tests.mail.conftest import START

SCREEN = "/administration/mails"
ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}


@pytest.fixture(autouse=True)
def fresh(db_session):
    """What was counted for another test is of no interest."""
    drop("mail_message")


def put(state, **values):
    db.session.execute(sa.update(MailMessage).values(state=state, **values))
    db.session.commit()
    drop("mail_message")


@pytest.mark.both_databases
def test_it_counts_what_failed_came_back_and_waits(db_session, hello, clock):
    found = []
    for state, attempts in (("failed", 5), ("bounced", 1), ("queued", 2), ("queued", 0)):
        send(hello, **ANA)
        put(MailState(state), attempts=attempts, last_error=TRY_LATER)
        now = standing()
        found.append((now.failed, now.bounced, now.stuck, now.reason))
        db.session.execute(sa.delete(MailMessage))

    assert found == [(1, 0, 0, ""), (0, 1, 0, ""), (0, 0, 1, TRY_LATER), (0, 0, 0, "")]


def test_what_is_long_past_is_not_counted(db_session, hello, clock):
    send(hello, **ANA)
    put(MailState.FAILED)
    clock.advance(timedelta(days=8))
    drop("mail_message")

    assert standing().failed == 0


def test_every_page_tells_administrators_of_a_server_that_takes_nothing(
    client, cast, login, hello, postbox
):
    postbox.refusals = [TRY_LATER]
    send(hello, **ANA)
    deliver_everything()
    drop("mail_message")
    login(client, cast.admin)

    page = client.get("/home/").text

    assert "1 mail cannot be sent at present" in page
    assert TRY_LATER in page
    assert f'href="{SCREEN}/list/?filter=state:any:queued"' in page.replace("%3A", ":")


def test_mails_that_were_given_up_are_told_of(client, cast, login, hello):
    send(hello, **ANA)
    put(MailState.FAILED)
    login(client, cast.admin)

    assert "1 mail was given up" in client.get("/home/").text
    assert "1 failed" in client.get(f"{SCREEN}/list/").text


def test_others_are_not_bothered(client, cast, login, hello):
    send(hello, **ANA)
    put(MailState.FAILED)
    login(client, cast.stranger)

    assert "given up" not in client.get("/home/").text
