"""Whoever has forgotten a password gets a link, and nobody learns who has an account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.clock import ManualClock, use_clock
from app.core.outbox.models import OutboxEvent
from app.mail.models import MailMessage
from app.security.links.models import LinkPurpose
from app.security.passwords import is_password_of
from tests.fixtures.mail import deliver_everything, mail_server, mailing_to, text_of
from tests.security.conftest import find
from tests.security.links.conftest import CHOICE, NEW, path_in_mail

OWNER = "owner@cast.example"
NAMES = ("cast-owner", OWNER, "OWNER@cast.example", "nobody", "nobody@elsewhere.example")


@pytest.mark.both_databases
def test_a_forgotten_password_is_replaced(app, client, cast, postbox, sign_in, db_session):
    client.post("/forgot/", data={"username": "cast-owner"})
    path = path_in_mail(postbox, OWNER)

    chosen = client.post(path, data=CHOICE)

    db_session.refresh(cast.owner)
    assert (chosen.status_code, chosen.location) == (303, "/login/")
    assert is_password_of(cast.owner, NEW)
    assert sign_in(client, "cast-owner", NEW).status_code == 303


def test_nobody_is_signed_in_by_a_reset(client, cast, link_to):
    client.post(link_to(cast.owner), data=CHOICE)

    assert client.get("/home/").status_code == 302


def test_all_sessions_of_the_account_end(app, client, cast, login, link_to):
    theirs, others = app.test_client(), app.test_client()
    login(theirs, cast.owner)
    login(others, cast.teammate)

    client.post(link_to(cast.owner), data=CHOICE)

    assert theirs.get("/home/").status_code == 302
    assert others.get("/home/").status_code == 200


def test_the_owner_is_told(client, cast, link_to, postbox):
    client.post(link_to(cast.owner), data=CHOICE)
    deliver_everything()

    assert postbox.to(OWNER)[0]["Subject"] == "Your password for Bureau was changed"


def test_it_works_once_and_ends_the_other_links(client, cast, link_to):
    first, second = link_to(cast.owner), link_to(cast.owner)

    answers = [client.post(path, data=CHOICE).status_code for path in (first, first, second)]

    assert answers == [303, 410, 410]


def test_opening_the_link_changes_nothing(client, cast, link_to, db_session):
    """Programs that look for viruses open every link of a mail."""
    path, before = link_to(cast.owner), cast.owner.password

    pages = [client.get(path).status_code, client.head(path).status_code]

    db_session.refresh(cast.owner)
    assert pages == [200, 200]
    assert cast.owner.password == before
    assert client.post(path, data=CHOICE).status_code == 303


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"new_password": "short", "repeated": "short"}, "at least 12"),
        ({"new_password": NEW, "repeated": f"{NEW}x"}, "differ"),
        ({"new_password": "owner@cast.example", "repeated": "owner@cast.example"}, "own name"),
    ],
)
def test_a_refused_password_leaves_the_link_good(client, cast, link_to, sent, message):
    path = link_to(cast.owner)

    refused = client.post(path, data=sent)

    assert refused.status_code == 422
    assert message in refused.text
    assert client.post(path, data=CHOICE).status_code == 303


def test_the_page_is_kept_by_nobody_and_its_address_goes_nowhere(client, cast, link_to):
    answer = client.get(link_to(cast.owner))

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    # A browser follows the page where both say something.
    assert '<meta name="referrer" content="strict-origin">' in answer.text


def test_a_link_is_good_for_an_hour(client, cast, link_to):
    with use_clock(ManualClock(datetime.now(UTC))) as clock:
        path = link_to(cast.owner)
        clock.advance(timedelta(minutes=59))
        before = client.get(path).status_code
        clock.advance(timedelta(minutes=1))

        assert (before, client.get(path).status_code) == (200, 410)


def test_the_answer_is_the_same_for_everybody(client, cast):
    pages = [client.post("/forgot/", data={"username": name}).text for name in NAMES]

    assert len({re.sub(r'(nonce|content|value)="[^"]*"', "", page) for page in pages}) == 1


@pytest.mark.both_databases
def test_the_work_is_the_same_for_everybody(client, cast, statements):
    seen = {}
    for name in NAMES:
        with statements() as made:
            client.post("/forgot/", data={"username": name})
        seen[name] = tuple(made)

    assert len(set(seen.values())) == 1
    assert sum("core_outbox" in statement for statement in seen["nobody"]) == 1
    assert not any("ab_user" in statement for statement in seen["nobody"])


def test_only_the_account_gets_a_mail(client, cast, postbox, db_session):
    for name in NAMES:
        client.post("/forgot/", data={"username": name})
    deliver_everything()

    assert {message["To"] for message in postbox.taken} == {OWNER}
    assert len(postbox.taken) == 3


def test_who_is_disabled_gets_none(client, cast, postbox, db_session):
    cast.owner.active = False
    db_session.commit()
    client.post("/forgot/", data={"username": "cast-owner"})
    deliver_everything()

    assert postbox.taken == []


def test_an_account_whose_password_is_elsewhere_gets_none(client, cast, postbox, db_session):
    cast.owner.password = None
    db_session.commit()
    client.post("/forgot/", data={"username": "cast-owner"})
    deliver_everything()

    assert postbox.taken == []


def test_who_was_invited_is_invited_again(client, cast, postbox, db_session, link_to):
    cast.owner.password = None
    link_to(cast.owner, LinkPurpose.INVITATION)
    client.post("/forgot/", data={"username": "cast-owner"})
    deliver_everything()

    assert postbox.to(OWNER)[0]["Subject"] == "Your account at Bureau"


def test_the_link_leads_to_our_own_site_whatever_host_is_named(client, cast, postbox):
    client.post("/forgot/", data={"username": "cast-owner"}, headers={"Host": "evil.example"})
    deliver_everything()

    assert "evil.example" not in text_of(postbox.to(OWNER)[0])
    assert postbox.link_for(OWNER).startswith("http://127.0.0.1:8080/links/")


def test_the_token_stands_nowhere_when_the_mail_is_sent(client, cast, postbox, db_session):
    client.post("/forgot/", data={"username": "cast-owner"})
    token = path_in_mail(postbox, OWNER).rpartition("/")[2]

    for table in ("mail_message", "core_outbox", "security_link", "security_event"):
        rows = db_session.execute(sa.text(f"SELECT * FROM {table}")).all()
        assert token not in repr(rows), table


def test_asking_is_slowed_down_by_address_and_locks_nobody_out(make_app, sign_in):
    app = make_app(RATELIMIT_ENABLED=True)
    client = app.test_client()
    with mail_server() as postbox, mailing_to(app, postbox):
        answers = [
            client.post("/forgot/", data={"username": "cast-owner"}).status_code
            for _number in range(21)
        ]
        with app.app_context():
            deliver_everything()
        mails = postbox.to(OWNER)
        links = [re.search(r"/links/\S+", text_of(mail)).group() for mail in mails]

    assert answers == [200] * 20 + [429]
    assert len(mails) == 3
    assert [client.get(path).status_code for path in links] == [200] * 3
    assert sign_in(app.test_client(), "cast-owner").status_code == 303


def test_too_long_a_name_is_refused(client, cast, db_session):
    answer = client.post("/forgot/", data={"username": "a" * 321})

    assert answer.status_code == 422
    assert db_session.scalar(sa.select(sa.func.count(OutboxEvent.id))) == 0


def test_no_mail_is_sent_in_the_request(client, cast, postbox, db_session):
    client.post("/forgot/", data={"username": "cast-owner"})

    assert postbox.taken == []
    assert db_session.scalar(sa.select(sa.func.count(MailMessage.id))) == 0
    assert find(User, username="cast-owner").password == cast.owner.password
