"""A mail is written with what causes it: both happen, or neither."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.history.models import Change
from app.core.outbox.models import OutboxEvent
from app.core.sealing import unseal
from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from tests.mail.conftest import START, only_mail

pytestmark = pytest.mark.both_databases
ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}


def count(model) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_it_is_written_with_the_event_that_sends_it(db_session, hello, clock):
    key = send(hello, **ANA)
    db_session.commit()

    mail = only_mail()
    event = db_session.scalars(sa.select(OutboxEvent)).one()
    assert (mail.id, mail.recipient, mail.state) == (key, "ana@readers.example", MailState.QUEUED)
    assert mail.created_at == START
    assert (event.name, event.payload) == ("mail.queued", {"mail": key})


def test_what_is_rolled_back_is_no_mail(db_session, hello):
    send(hello, **ANA)
    db_session.rollback()

    assert (count(MailMessage), count(OutboxEvent)) == (0, 0)


def test_of_mails_with_one_key_there_is_the_first(db_session, hello):
    first = send(hello, dedupe_key="digest:1:7", **ANA)
    db_session.commit()
    second = send(hello, dedupe_key="digest:1:7", **ANA)
    db_session.commit()

    assert only_mail().id == first
    assert second is None
    assert count(OutboxEvent) == 1


def test_its_message_id_comes_from_its_key(db_session, hello, app):
    send(hello, dedupe_key="digest:1:7", **ANA)
    first = only_mail().message_id
    db_session.rollback()
    send(hello, dedupe_key="digest:1:7", **ANA)

    assert only_mail().message_id == first
    assert first.endswith("@localhost>")


def test_mails_without_a_key_have_ids_of_their_own(db_session, hello):
    send(hello, **ANA)
    send(hello, **ANA)
    db_session.commit()

    assert len(set(db_session.scalars(sa.select(MailMessage.message_id)))) == 2


@pytest.mark.parametrize(
    "address",
    [
        "ana@readers.example\nBcc: all@readers.example",
        "ana@readers.example, ben@readers.example",
        "Ana <ana@readers.example>",
        "ana",
        "",
        f"{'a' * 320}@readers.example",
    ],
)
def test_anything_but_one_bare_address_is_refused(db_session, hello, address):
    with pytest.raises(ValueError, match="one bare address"):
        send(hello, **ANA | {"to": address})


def test_a_secret_body_is_readable_by_nobody_in_the_database(db_session, secret):
    send(secret, **ANA | {"name": "swordfish"})
    db_session.commit()

    mail = only_mail()
    assert (mail.text, mail.html) == (None, None)
    assert "swordfish" not in mail.sealed
    assert "swordfish" in unseal(mail.sealed, "mail")


def test_a_mail_leaves_no_history(db_session, hello):
    before = count(Change)
    send(hello, **ANA)
    db_session.commit()
    only_mail().state = MailState.FAILED
    db_session.commit()

    assert count(Change) == before
