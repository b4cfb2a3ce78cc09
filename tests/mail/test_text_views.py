"""The screen of the texts: whoever may edit them sees at once what becomes of them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.core.history.models import Change
from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailText
from tests.forms import changed, read_form
from tests.mail.conftest import START, only_mail

SCREEN = "/administration/mail-texts"
EXAMPLE = {"name": "Ana", "at": START}
TYPED = {
    "subject": "Dear {{ name }}",
    "text": "Dear {{ name }}!",
    "html": "<p>Dear {{ name }}!</p>",
}


@pytest.fixture
def hello(declare):
    return declare(example=EXAMPLE)


@pytest.fixture
def admin(client, cast, login):
    login(client, cast.admin)
    return client


def named(**texts):
    return {"name": "test_hello", "locale": "en", **TYPED, **texts}


def add(client, **texts):
    return client.post(f"{SCREEN}/add", data=named(**texts))


def edited() -> MailText:
    db.session.expire_all()
    return db.session.scalars(sa.select(MailText)).one()


def test_the_list_offers_every_mail_in_every_language(admin, hello):
    page = admin.get(f"{SCREEN}/list/").text

    for language in ("en", "pt"):
        assert f"name=test_hello&amp;locale={language}" in page


def test_the_editor_begins_with_the_shipped_text(admin, hello):
    page = admin.get(f"{SCREEN}/add?name=test_hello&locale=pt").text

    assert "{{ name }}, Terminar sessão, {{ format_datetime(at) }}" in page
    assert "<code>{{ name }}</code>" in page


def test_an_unknown_mail_leads_back_to_the_list(admin, hello):
    for query in ("", "?name=nothing&locale=en", "?name=test_hello&locale=xx"):
        assert admin.get(f"{SCREEN}/add{query}").headers["Location"].endswith(f"{SCREEN}/list/")


@pytest.mark.both_databases
def test_a_saved_text_is_what_readers_get(admin, hello):
    assert add(admin).status_code == 302

    send(hello, to="ana@readers.example", **EXAMPLE)
    db.session.commit()

    assert only_mail().subject == "Dear Ana"


def test_a_broken_text_is_refused_and_not_lost(admin, hello):
    page = add(admin, text="Dear {{ nobody }}")

    assert page.status_code == 422
    assert "there is no value called nobody" in page.text
    assert "Dear {{ nobody }}" in page.text
    assert db.session.scalar(sa.select(sa.func.count(MailText.id))) == 0


def test_a_second_text_for_the_same_mail_is_refused(admin, hello):
    add(admin)

    page = add(admin)

    assert page.status_code == 422
    assert "a text of yours in this language already" in page.text


def test_a_change_leaves_its_history_and_can_be_taken_back(admin, hello):
    add(admin)
    key = edited().id
    form = read_form(admin.get(f"{SCREEN}/edit/{key}").text)
    admin.post(f"{SCREEN}/edit/{key}", data=changed(form, subject="Dearest"))
    first = db.session.scalars(
        sa.select(Change.id).where(Change.model == "MailText").order_by(Change.id)
    ).first()

    history = admin.get(f"{SCREEN}/history/{key}").text
    admin.post(f"{SCREEN}/restore/{key}", data={"change": first})

    assert "Dearest" in history
    assert edited().subject == "Dear {{ name }}"


def test_deleting_goes_back_to_the_shipped_text(admin, hello):
    add(admin)
    admin.post(f"{SCREEN}/delete/{edited().id}")

    send(hello, to="ana@readers.example", **EXAMPLE)

    assert db.session.scalars(sa.select(MailMessage.subject)).one() == "Hello Ana"


def test_what_is_typed_is_checked_at_once(admin, hello):
    good = admin.post(f"{SCREEN}/check", data=named()).json
    bad = admin.post(f"{SCREEN}/check", data=named(html="{% if %}")).json

    assert (good["problems"], good["subject"]) == ({}, "Dear Ana")
    assert good["text"].startswith("Dear Ana!")
    assert list(bad["problems"]) == ["html"]
    assert "text" not in bad


def test_what_is_typed_is_shown_where_nothing_can_run(admin, hello):
    shown = admin.post(f"{SCREEN}/try", data=named())
    policy = shown.headers["Content-Security-Policy"]

    assert "Dear Ana!</p>" in shown.text
    assert "<h1" in shown.text
    assert policy.startswith("sandbox; default-src 'none'")
    assert policy.endswith("frame-ancestors 'self'")
    assert admin.post(f"{SCREEN}/try", data=named(html="<script>x")).status_code == 422


def test_the_editor_may_show_our_own_pages_in_a_frame_and_no_others(admin, hello):
    page = admin.get(f"{SCREEN}/add?name=test_hello&locale=en")

    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")


def test_a_test_goes_through_the_outbox_to_whoever_asks(admin, hello, cast):
    told = admin.post(f"{SCREEN}/test", data=named()).json

    mail = only_mail()
    assert cast.admin.email in told["message"]
    assert (mail.recipient, mail.is_test) == (cast.admin.email, True)
    assert mail.subject == "Test: Dear Ana"
    assert mail.text.startswith("Dear Ana!")


def test_a_test_of_a_broken_text_is_refused(admin, hello):
    assert admin.post(f"{SCREEN}/test", data=named(text="{{ x }}")).status_code == 422
    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 0


def test_a_text_that_broke_since_is_told_on_the_screens(admin, hello):
    db.session.add(MailText(name="test_hello", locale="en", **TYPED | {"text": "{{ gone }}"}))
    db.session.commit()
    send(hello, to="ana@readers.example", **EXAMPLE)
    db.session.commit()

    assert "cannot be used any more" in admin.get(f"{SCREEN}/list/").text
    assert "there is no value called gone" in admin.get(f"{SCREEN}/show/{edited().id}").text
    shown = admin.get(f"/administration/mails/show/{only_mail().id}").text
    assert "the shipped one was written" in shown


@pytest.mark.parametrize(("person", "status"), [("stranger", 403), (None, 302)])
def test_others_stay_outside(client, cast, login, hello, person, status):
    if person:
        login(client, getattr(cast, person))
    pages = [client.get(f"{SCREEN}/list/"), client.get(f"{SCREEN}/add?name=test_hello&locale=en")]
    sent = [
        client.post(f"{SCREEN}/{name}", data=named()) for name in ("add", "check", "try", "test")
    ]

    assert [answer.status_code for answer in pages + sent] == [status] * 6
