"""Mails reach a real server: once, whole, in the language of their reader."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.core.outbox.deliver import DELAYS, deliver_due
from app.core.outbox.models import EventState, OutboxEvent
from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from app.mail.writing import queue
from tests.fixtures.mail import TRY_LATER, deliver_everything, html_of, text_of
from tests.mail.conftest import START, only_mail

pytestmark = pytest.mark.both_databases
ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}


def only_event() -> OutboxEvent:
    db.session.expire_all()
    return db.session.scalars(sa.select(OutboxEvent)).one()


def write(mail, **values):
    send(mail, **ANA | values)
    db.session.commit()


def test_it_arrives_once_and_is_marked(db_session, hello, postbox, clock):
    write(hello)

    deliver_everything()
    deliver_everything()

    (message,) = postbox.taken
    mail = only_mail()
    assert message["To"] == "ana@readers.example"
    assert (mail.state, mail.sent_at, mail.attempts) == (MailState.SENT, START, 1)
    assert only_event().state is EventState.DELIVERED


def test_it_has_the_headers_of_a_mail_that_nobody_wrote(db_session, hello, postbox, clock):
    write(hello, locale="pt")

    deliver_everything()

    (message,) = postbox.taken
    assert message["From"] == "Bureau <bureau@localhost>"
    assert message["Message-ID"] == only_mail().message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "pt"
    assert message["Date"].datetime == START


def test_it_speaks_the_language_of_its_reader(db_session, hello, postbox):
    write(hello, locale="pt", timezone="Europe/Lisbon")
    write(hello, locale="en", timezone="Asia/Tokyo")

    deliver_everything()

    assert {text_of(message) for message in postbox.taken} == {
        "Ana, Terminar sessão, 16 de nov. de 2026 09:00:00\n",
        "Ana, Log out, Nov 16, 2026, 6:00:00\u202fPM\n",
    }


def test_no_value_makes_another_header(db_session, hello, postbox):
    write(hello, name="Ana\r\nBcc: everybody@readers.example")

    deliver_everything()

    (message,) = postbox.taken
    assert message["Subject"] == "Hello Ana Bcc: everybody@readers.example"
    assert message["Bcc"] is None


def test_no_value_becomes_markup(db_session, hello, postbox):
    write(hello, name="<img src=x onerror=alert(1)>")

    deliver_everything()

    assert "<img" not in html_of(postbox.taken[0])
    assert "&lt;img src=x" in html_of(postbox.taken[0])


def test_a_server_that_fails_some_times_is_asked_again(db_session, hello, postbox, clock):
    postbox.refusals = [TRY_LATER, TRY_LATER]
    write(hello)
    seen = []

    for delay in (*DELAYS[:2], timedelta()):
        deliver_everything()
        seen.append((only_mail().state, only_mail().attempts, only_mail().last_error))
        clock.advance(delay)

    assert seen == [
        (MailState.QUEUED, 1, TRY_LATER),
        (MailState.QUEUED, 2, TRY_LATER),
        (MailState.SENT, 3, None),
    ]
    assert len(postbox.taken) == 1


def test_after_the_last_try_it_has_failed(db_session, hello, postbox, clock):
    postbox.refusals = [TRY_LATER] * 5
    write(hello)
    for delay in (*DELAYS, timedelta()):
        deliver_everything()
        clock.advance(delay)

    assert (only_mail().state, only_mail().attempts) == (MailState.FAILED, 5)
    assert only_event().state is EventState.FAILED
    assert postbox.taken == []


def test_a_server_that_is_away_is_asked_again(db_session, app, hello, postbox, clock):
    app.extensions["mail"].port = 1
    write(hello)

    deliver_everything()
    away = only_mail().last_error
    app.extensions["mail"].port = postbox.port
    clock.advance(DELAYS[0])
    deliver_everything()

    assert away == "ConnectionRefusedError"
    assert only_mail().state is MailState.SENT


def test_a_reader_who_does_not_exist_is_asked_for_once(db_session, hello, postbox):
    postbox.unknown.add("ana@readers.example")
    write(hello)

    deliver_everything()

    assert (only_mail().state, only_mail().last_error) == (
        MailState.BOUNCED,
        "550 no such reader",
    )
    assert only_event().state is EventState.DELIVERED


def test_two_events_of_one_mail_send_it_once(db_session, hello, postbox):
    write(hello)
    queue(only_mail().id)
    db_session.commit()

    deliver_everything()

    assert len(postbox.taken) == 1
    assert only_mail().attempts == 1


def test_a_mail_whose_worker_was_killed_at_the_last_try_has_failed(
    db_session, hello, postbox, clock
):
    write(hello)
    killed = {"attempts": 5, "locked_until": clock() - timedelta(seconds=1)}
    db_session.execute(sa.update(OutboxEvent).values(killed))
    db_session.commit()

    deliver_due()

    assert (only_mail().state, only_mail().last_error) == (
        MailState.FAILED,
        "The worker was stopped",
    )


def test_without_a_server_it_is_kept(db_session, hello):
    write(hello)

    deliver_everything()

    assert (only_mail().state, only_mail().sent_at) == (MailState.KEPT, None)
    assert only_mail().text.startswith("Ana")


def test_a_secret_is_gone_once_it_is_sent(db_session, secret, postbox):
    write(secret, name="swordfish")

    deliver_everything()

    assert "swordfish" in text_of(postbox.taken[0])
    assert (only_mail().text, only_mail().html, only_mail().sealed) == (None, None, None)


def test_a_secret_under_another_key_fails_and_says_why(db_session, secret, postbox):
    write(secret)
    db_session.execute(sa.update(MailMessage).values(sealed="gAAAA"))
    db_session.commit()

    deliver_everything()

    assert only_mail().state is MailState.FAILED
    assert "another SECRET_KEY" in only_mail().last_error
