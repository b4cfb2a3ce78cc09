"""Asking for the newsletter, confirming it, choosing and leaving."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from app.core.outbox.deliver import deliver_due
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.features.blog.newsletter import links, subscribing
from app.features.blog.newsletter.models import Frequency, Subscriber, SubscriberState
from app.mail.models import MailMessage
from tests.factories.readers import make_reader
from tests.fixtures.mail import deliver_everything

ANA = "ana@readers.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def state_of(email: str = ANA) -> SubscriberState | None:
    db.session.commit()
    return db.session.query(Subscriber.state).filter_by(email=email).scalar()


@pytest.fixture
def visitor(app, db_session):
    return app.test_client()


@pytest.mark.both_databases
def test_whoever_confirms_is_subscribed(ask, path_in, visitor, clock):
    ask(ANA)
    before = state_of()
    path = path_in(ANA, "confirm")

    visitor.get(path)
    opened = state_of()
    response = visitor.post(path)

    assert (before, opened, state_of()) == ("pending", "pending", "active")
    assert response.status_code == 200
    assert db.session.query(Subscriber.token_hash).scalar() is None


def test_mail_is_in_the_language_of_the_page(app, db_session, postbox):
    visitor = app.test_client()
    visitor.post("/blog/subscribe", data={"email": ANA}, headers={"Accept-Language": "pt"})
    deliver_everything()

    assert postbox.to(ANA)[0]["Content-Language"] == "pt"
    assert db.session.query(Subscriber.locale).scalar() == "pt"


@pytest.mark.parametrize(("minutes", "mails"), [(9, 1), (11, 2)])
def test_repeated_request_waits_ten_minutes(ask, postbox, clock, minutes, mails):
    ask(ANA)
    clock.advance(timedelta(minutes=minutes))

    ask(ANA)

    assert len(postbox.to(ANA)) == mails


def test_newer_link_replaces_the_older(ask, path_in, visitor, clock):
    ask(ANA)
    older = path_in(ANA, "confirm")
    clock.advance(timedelta(minutes=11))
    ask(ANA)

    assert visitor.post(older).status_code == 410
    assert visitor.post(path_in(ANA, "confirm")).status_code == 200


def test_two_requests_for_one_address_at_once_send_one_mail(make_app):
    """Two workers: neither waits for a minute, and neither says in the log who has asked."""
    site = make_app("postgresql")
    with site.app_context():
        for number in range(5):
            for _twice in range(2):
                subscribing.ask_subscription(f"{number}{ANA}", "en")
            db.session.commit()
            workers = [threading.Thread(target=_deliver, args=(site,)) for _two in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()

        states = db.session.query(OutboxEvent.state).filter_by(name=subscribing.EVENT)
        assert {state for (state,) in states} == {"delivered"}
        assert db.session.query(MailMessage).count() == db.session.query(Subscriber).count() == 5


def _deliver(site):
    with site.app_context():
        deliver_due()


@pytest.mark.parametrize(("hours", "status"), [(47, 200), (49, 410)])
def test_link_is_good_for_two_days(ask, path_in, visitor, clock, hours, status):
    ask(ANA)
    clock.advance(timedelta(hours=hours))

    response = visitor.get(path_in(ANA, "confirm"))

    assert response.status_code == status
    assert ("Ask for a new link" in response.text) == (status == 410)


def test_reader_is_told_once_a_day_that_they_subscribe(ask, postbox, clock):
    make_reader(ANA)

    for hours in (0, 3, 22):
        clock.advance(timedelta(hours=hours))
        ask(ANA)

    assert ["already" in mail["Subject"] for mail in postbox.to(ANA)] == [True, True]
    assert state_of() == "active"


@pytest.mark.parametrize("state", ["unsubscribed", "bounced"])
def test_whoever_left_can_come_back(ask, path_in, visitor, state, clock):
    make_reader(ANA, state=SubscriberState(state), left_at=clock())

    ask(ANA)
    visitor.post(path_in(ANA, "confirm"))

    reader = db.session.query(Subscriber).one()
    db.session.refresh(reader)
    assert (reader.state, reader.left_at) == ("active", None)


@pytest.mark.parametrize("trap", [{"website": "https://spam.example"}, {"made": "forged"}])
def test_robot_gets_the_same_answer_and_no_mail(ask, postbox, trap):
    answers = [ask(ANA), ask("bot@readers.example", **trap)]

    assert len({(each.status_code, each.location) for each in answers}) == 1
    assert [mail["To"] for mail in postbox.taken] == [ANA]


def test_form_that_a_person_filled_in_is_taken(app, db_session, postbox):
    """The moment stands on the page; who sends it back at once has not read the page."""
    visitor = app.test_client()
    page = visitor.get("/blog/subscribe").text
    made = page.split('name="made" value="')[1].split('"')[0]

    visitor.post("/blog/subscribe", data={"email": ANA, "made": made})
    deliver_everything()

    assert postbox.taken == []


def test_page_sets_no_cookie(visitor):
    response = visitor.get("/blog/subscribe")

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("email", ["", "ana", "a@b@c", "ana@readers.example, bo@readers.example"])
def test_what_is_no_address_comes_back(visitor, email):
    response = visitor.post("/blog/subscribe", data={"email": email})

    assert response.status_code == 422
    assert f'value="{email}"' in response.text


def test_one_address_asks_for_a_few_only(make_app):
    app = make_app("sqlite", RATELIMIT_ENABLED=True)
    visitor = app.test_client()

    answers = [
        visitor.post("/blog/subscribe", data={"email": f"reader{number}@readers.example"})
        for number in range(21)
    ]

    assert {each.status_code for each in answers[:20]} == {303}
    assert answers[20].status_code == 429
    assert "reader20@readers.example" in answers[20].text


def test_one_reader_is_mailed_a_few_times_only(make_app):
    app = make_app("sqlite", RATELIMIT_ENABLED=True)
    visitor = app.test_client()

    answers = [visitor.post("/blog/subscribe", data={"email": ANA}) for _number in range(5)]

    with app.app_context():
        asked = db.session.query(OutboxEvent).filter_by(name="blog.subscription_asked").count()
    assert {each.status_code for each in answers} == {303}
    assert asked == 3


@pytest.mark.both_databases
@pytest.mark.parametrize("sent", [{}, ONE_CLICK], ids=["button", "mail program"])
def test_reader_leaves_with_one_click(visitor, clock, sent):
    reader = make_reader(ANA)
    path = f"/blog/unsubscribe/{links.reader_token(reader.id)}"

    page = visitor.get(path)
    opened = state_of()
    responses = [visitor.post(path, data=sent) for _again in range(2)]

    assert (page.status_code, opened) == (200, "active")
    assert [each.status_code for each in responses] == [200, 200]
    assert state_of() == "unsubscribed"


@pytest.mark.parametrize("word", ["confirm", "unsubscribe", "subscription"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_altered_token_is_not_found(ask, visitor, word, method, path_in):
    reader = make_reader("bo@readers.example")
    ask(ANA)
    good = path_in(ANA, "confirm").rpartition("/")[2]
    if word != "confirm":
        good = links.reader_token(reader.id)

    for bad in (f"x{good[1:]}", f"{good[:-1]}{'A' if good[-1] != 'A' else 'B'}", "x", good[:-4]):
        assert visitor.open(f"/blog/{word}/{bad}", method=method).status_code == 404
    assert state_of("bo@readers.example") == "active"


@pytest.mark.parametrize("word", ["unsubscribe/{}", "subscription/{}/erase"])
def test_scanner_of_links_changes_nothing(visitor, word):
    """Mail servers look at every link of a mail, many of them with HEAD."""
    path = f"/blog/{word.format(links.reader_token(make_reader(ANA).id))}"

    assert [visitor.head(path).status_code, visitor.get(path).status_code] == [200, 200]
    assert state_of() == "active"


def test_link_of_one_kind_does_nothing_of_another(ask, visitor, path_in):
    ask(ANA)
    token = path_in(ANA, "confirm").rpartition("/")[2]

    assert visitor.post(f"/blog/unsubscribe/{token}").status_code == 404


def test_reader_chooses(visitor, clock):
    reader = make_reader(ANA)
    path = f"/blog/subscription/{links.reader_token(reader.id)}"

    response = visitor.post(path, data={"locale": "pt", "frequency": "monthly", "rest": "28"})

    db.session.refresh(reader)
    assert response.status_code == 303
    assert (reader.locale, reader.frequency) == ("pt", Frequency.MONTHLY)
    assert reader.paused_until == clock() + timedelta(days=28)
    assert "Until" in visitor.get(path).text


def test_break_goes_on_unless_it_is_changed(visitor, clock):
    until = clock() + timedelta(days=5)
    reader = make_reader(ANA, paused_until=until)
    path = f"/blog/subscription/{links.reader_token(reader.id)}"

    visitor.post(path, data={"locale": "en", "frequency": "weekly", "rest": "on"})
    db.session.refresh(reader)
    kept = reader.paused_until
    visitor.post(path, data={"locale": "en", "frequency": "weekly", "rest": ""})

    db.session.refresh(reader)
    assert (kept, reader.paused_until) == (until, None)


def test_wrong_choice_is_refused(visitor):
    reader = make_reader(ANA)

    response = visitor.post(
        f"/blog/subscription/{links.reader_token(reader.id)}",
        data={"locale": "xx", "frequency": "hourly", "rest": ""},
    )

    assert response.status_code == 422
    db.session.refresh(reader)
    assert reader.frequency is Frequency.WEEKLY


def test_pages_of_links_are_kept_by_nobody(visitor):
    reader = make_reader(ANA)

    response = visitor.get(f"/blog/subscription/{links.reader_token(reader.id)}")

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "strict-origin"


def test_address_that_bounces_is_written_to_no_more(ask, postbox, clock):
    postbox.unknown.add(ANA)

    ask(ANA)

    assert state_of() == "bounced"
    assert db.session.query(MailMessage.state).scalar() == "bounced"


def test_no_other_letter_does_in_place_of_the_last(app, db_session):
    """The last letter of a signature holds six bits, of which four count."""
    token = links.reader_token(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    good = [letter for letter in letters if links.reader_key(f"{token[:-1]}{letter}") == 7]

    assert good == [token[-1]]
