"""The conversation with the server: one connection for many mails, and nothing lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.outbox.deliver import deliver_due
from app.extensions import db
from app.mail import send
from app.mail.composing import compose
from app.mail.connection import close_connection
from app.mail.models import MailMessage, MailState
from app.mail.pace import next_moment
from tests.fixtures.mail import deliver_everything, mail_server, mailing_to, text_of
from tests.mail.conftest import START, only_mail

ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}
LONG = "https://bureau.example/leave/" + "aB3.-_" * 60


def write(mail, number=1, **values):
    for place in range(number):
        send(mail, **ANA | {"to": f"reader{place}@readers.example"} | values)
    db.session.commit()


def states():
    return list(db.session.scalars(db.select(MailMessage.state).order_by(MailMessage.id)))


def test_mails_of_a_batch_share_a_connection(db_session, hello, postbox):
    write(hello, 5)

    deliver_everything()

    assert (len(postbox.taken), postbox.connections) == (5, 1)


def test_a_connection_that_died_is_made_anew_and_no_try_is_lost(db_session, app, hello):
    with mail_server() as postbox, mailing_to(app, postbox):
        write(hello)
        deliver_everything()
    with mail_server(postbox), mailing_to(app, postbox):
        write(hello, to="ben@readers.example")
        deliver_everything()
        close_connection()

    assert len(postbox.taken) == 2
    assert set(states()) == {MailState.SENT}


def test_a_reader_who_does_not_exist_costs_the_others_nothing(db_session, hello, postbox):
    postbox.unknown.add("reader1@readers.example")
    write(hello, 3)

    deliver_everything()

    assert states() == [MailState.SENT, MailState.BOUNCED, MailState.SENT]
    assert postbox.connections == 1


def test_a_server_that_has_something_against_us_unsubscribes_nobody(db_session, hello, postbox):
    postbox.answers["ana@readers.example"] = "554 5.7.1 your address is on a list"
    write(hello, to="ana@readers.example")

    deliver_everything()

    assert (only_mail().state, only_mail().last_error) == (
        MailState.FAILED,
        "554 5.7.1 your address is on a list",
    )


@pytest.mark.both_databases
def test_the_way_out_stands_in_the_headers_whole(db_session, hello, postbox):
    write(hello, to="ana@readers.example", unsubscribe=LONG)

    deliver_everything()

    raw = postbox.raw[0]
    assert f"\r\nList-Unsubscribe: <{LONG}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_a_mail_that_everybody_must_get_has_no_way_out(db_session, hello, postbox):
    write(hello)

    deliver_everything()

    assert postbox.taken[0]["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "address",
    [
        "/leave/x",
        "mailto:x@y.example",
        "javascript:alert(1)",
        "https://bureau.example/>\r\nBcc: all@readers.example",
        "https://bureau.example/a b",
        "https://bureau.example/" + "x" * 500,
    ],
)
def test_a_way_out_that_is_no_address_is_refused(db_session, hello, address):
    with pytest.raises(ValueError, match="one whole address"):
        send(hello, unsubscribe=address, **ANA)


def test_a_line_that_is_too_long_for_servers_arrives_whole(db_session, hello, postbox):
    write(hello, name="á" * 5_000)

    deliver_everything()

    assert max(len(line) for line in postbox.raw[0].split(b"\r\n")) < 998
    assert "á" * 5_000 in text_of(postbox.taken[0])


def test_a_name_with_a_comma_and_a_domain_in_other_letters_can_be_written(app, db_session, hello):
    before, app.config["MAIL_DEFAULT_SENDER"] = (
        app.config["MAIL_DEFAULT_SENDER"],
        "Escritório, Lda <office@münchen.example>",
    )
    row = MailMessage(
        subject="x", recipient="ana@são.example", locale="pt", message_id="<a@b>", text="x"
    )
    message = compose(row, "Olá", "<p>Olá")
    app.config["MAIL_DEFAULT_SENDER"] = before

    assert message["From"].addresses[0].display_name == "Escritório, Lda"
    assert message["From"].addresses[0].addr_spec == "office@xn--mnchen-3ya.example"
    assert message["To"] == "ana@xn--so-sia.example"


@pytest.mark.both_databases
def test_mails_leave_at_the_pace_that_is_asked_for(db_session, app, hello, postbox, clock):
    app.config["BUREAU_MAIL_PER_MINUTE"] = 2
    write(hello, 5)
    taken = []
    for _minute in range(3):
        deliver_everything()
        taken.append(len(postbox.taken))
        clock.advance(timedelta(seconds=60))
    app.config["BUREAU_MAIL_PER_MINUTE"] = 0

    assert taken == [1, 3, 5]


def test_after_a_pause_the_pace_begins_anew(db_session, app, clock):
    app.config["BUREAU_MAIL_PER_MINUTE"] = 60
    first = [next_moment(), next_moment()]
    clock.advance(timedelta(seconds=3600))
    second = next_moment()
    app.config["BUREAU_MAIL_PER_MINUTE"] = 0

    assert (first[1] - first[0]).seconds == 1
    assert (second - first[0]).seconds == 3600


def test_a_mail_whose_text_is_gone_fails_and_says_so(db_session, hello, postbox):
    write(hello)
    only_mail().text = None
    db.session.commit()

    deliver_due()

    assert (only_mail().state, only_mail().last_error) == (
        MailState.FAILED,
        "Its text is no longer kept.",
    )
