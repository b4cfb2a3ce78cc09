"""Reminders: one mail for each moment, in the language of whom they remind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.extensions import db
from app.features.blog.newsletter import jobs
from app.features.blog.newsletter.models import Reminder, ReminderState
from app.security.models import Preference
from tests.factories.blog import make_post
from tests.fixtures.mail import deliver_everything, text_of

REMINDERS = "/blog/reminders"


@pytest.fixture
def client(app, author, login):
    return login(app.test_client(), author)


@pytest.fixture
def run(app, db_session, postbox):
    """A function that does what the job does every minute."""

    def run() -> None:
        jobs.send_due_reminders.enqueue()
        deliver_everything()

    return run


def make_reminder(author, clock, **values) -> Reminder:
    known = {"text": "Ask the archive", "due_at": clock(), "email": author.email, "owner": author}
    reminder = Reminder(**known | values)
    db.session.add(reminder)
    db.session.commit()
    return reminder


@pytest.mark.both_databases
def test_due_reminder_is_mailed_once(author, clock, run, postbox):
    post = make_post(author, "Fog")
    reminder = make_reminder(author, clock, post=post)

    for _again in range(2):
        run()

    [mail] = postbox.taken
    assert mail["To"] == author.email
    assert "Ask the archive" in mail["Subject"]
    assert "Fog" in text_of(mail)
    db.session.refresh(reminder)
    assert (reminder.state, reminder.sent_at) == (ReminderState.SENT, clock())


@pytest.mark.parametrize(
    "values", [{"due": 1}, {"state": ReminderState.CANCELLED}], ids=["later", "cancelled"]
)
def test_what_is_not_due_waits(author, clock, run, postbox, values):
    if minutes := values.pop("due", None):
        values["due_at"] = clock() + timedelta(minutes=minutes)
    make_reminder(author, clock, **values)

    run()

    assert postbox.taken == []


def test_moved_reminder_comes_again(author, clock, run, postbox, client):
    reminder = make_reminder(author, clock)
    run()
    later = clock() + timedelta(days=2)
    path = f"/api/v1/reminders/{reminder.id}"

    client.patch(path, json={"text": "Ask again"})
    run()
    client.patch(path, json={"due_at": later.isoformat()})
    run()
    before = len(postbox.taken)
    clock.advance(timedelta(days=2))
    run()

    assert (before, len(postbox.taken)) == (1, 2)
    assert "Ask again" in text_of(postbox.taken[1])


def test_reminder_is_in_the_language_of_its_owner(author, clock, run, postbox):
    db.session.add(Preference(user_id=author.id, locale="pt", timezone="Europe/Lisbon"))
    make_reminder(author, clock)

    run()

    assert postbox.taken[0]["Content-Language"] == "pt"
    assert "Europe/Lisbon" in text_of(postbox.taken[0])


def test_snoozed_reminder_comes_a_day_later(author, clock, run, postbox, client):
    reminder = make_reminder(author, clock)

    client.post(f"{REMINDERS}/bulk/snooze", data={"key": reminder.id})
    run()
    before = len(postbox.taken)
    clock.advance(timedelta(days=1))
    run()

    assert (before, len(postbox.taken)) == (0, 1)


def test_cancelled_reminder_never_comes(author, clock, run, postbox, client):
    reminder = make_reminder(author, clock)

    client.post(f"{REMINDERS}/bulk/cancel", data={"key": reminder.id})
    run()

    assert postbox.taken == []
    db.session.refresh(reminder)
    assert reminder.state is ReminderState.CANCELLED


def test_nobody_snoozes_those_of_others(author, clock, editor, desk):
    reminder = make_reminder(author, clock)

    desk.clients["colleague"].post(f"{REMINDERS}/bulk/snooze", data={"key": reminder.id})

    db.session.refresh(reminder)
    assert reminder.due_at == clock()
