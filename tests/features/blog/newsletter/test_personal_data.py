"""What is known of a reader is theirs: to have, and to have forgotten."""

from __future__ import annotations

import pytest

from app.core.history.models import Change
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.features.blog.newsletter import links
from app.features.blog.newsletter.models import Subscriber
from app.features.blog.newsletter.personal_data import ERASED
from app.mail import send
from app.mail.models import MailMessage
from app.security.audit.models import SecurityEvent
from app.security.links.mails import REFUSED
from tests.factories.readers import make_reader

ANA = "ana@readers.example"


@pytest.fixture
def reader(ask, path_in, app):
    """Ana, who has asked for the newsletter and confirmed it."""
    ask(ANA)
    app.test_client().post(path_in(ANA, "confirm"))
    send(REFUSED, to=ANA, name="Ana")
    db.session.commit()
    return db.session.query(Subscriber).one()


def events(kind: str) -> int:
    return db.session.query(SecurityEvent).filter_by(kind=kind).count()


def test_reader_gets_what_is_known(reader, app):
    response = app.test_client().get(f"/blog/subscription/{links.reader_token(reader.id)}/data")

    assert response.json["email"] == ANA
    assert response.json["state"] == "active"
    # A mail that is none of the newsletter is not shown to whoever holds a link of it.
    assert [mail["state"] for mail in response.json["mails"]] == ["sent"]
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.both_databases
def test_reader_is_forgotten(reader, app):
    path = f"/blog/subscription/{links.reader_token(reader.id)}/erase"
    key = str(reader.id)

    app.test_client().get(path)
    opened = db.session.query(Subscriber).count()
    response = app.test_client().post(path)

    assert (opened, response.status_code) == (1, 200)
    db.session.expire_all()
    assert db.session.query(Subscriber).count() == 0
    mails = db.session.query(MailMessage).order_by(MailMessage.id).all()
    assert [mail.recipient for mail in mails] == [ERASED, ANA]
    changes = db.session.query(Change).filter_by(model="Subscriber", row_key=key).all()
    assert changes
    assert not any(ANA in str((each.before, each.after, each.row_title)) for each in changes)
    assert not any(ANA in str(event.payload) for event in db.session.query(OutboxEvent))
    assert events("subscriber-erased") == 1


def test_links_of_the_forgotten_say_so(reader, app):
    token = links.reader_token(reader.id)
    app.test_client().post(f"/blog/subscription/{token}/erase")

    for path in ("unsubscribe/{}", "subscription/{}", "subscription/{}/data"):
        assert app.test_client().get(f"/blog/{path.format(token)}").status_code == 200
    assert app.test_client().post(f"/blog/unsubscribe/{token}").status_code == 200


def test_editor_hands_out_and_forgets(reader, editor):
    handed = editor.post(f"/blog/subscribers/data/{reader.id}")
    editor.post("/blog/subscribers/bulk/erase", data={"key": reader.id})

    assert handed.json["email"] == ANA
    assert (events("subscriber-exported"), events("subscriber-erased")) == (1, 1)
    db.session.commit()
    assert db.session.query(Subscriber).count() == 0


def test_author_may_do_neither(reader, app, login, author):
    client = login(app.test_client(), author)

    assert client.post(f"/blog/subscribers/data/{reader.id}").status_code == 403
    assert client.post("/blog/subscribers/bulk/erase", data={"key": reader.id}).status_code == 403
    assert db.session.query(Subscriber).count() == 1


def test_page_of_a_reader_shows_the_mails_to_them(reader, editor, statements):
    make_reader("bo@readers.example")
    path = f"/blog/subscribers/show/{reader.id}"
    editor.get(path)

    with statements() as seen:
        page = editor.get(path).text

    assert "Please confirm: the newsletter of" in page
    assert "Registration" not in page
    assert len(seen) <= 8


def test_list_that_is_exported_is_recorded(reader, editor):
    before = events("export")

    editor.get("/blog/subscribers/export/csv")

    assert events("export") == before + 1
