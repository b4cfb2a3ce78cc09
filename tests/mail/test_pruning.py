"""Old texts and old mails go; what is yet to be sent stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from app.mail.pruning import prune
from tests.mail.conftest import START, only_mail

pytestmark = pytest.mark.both_databases
ANA = {"to": "ana@readers.example", "name": "Ana", "at": START}
LEAVE = "https://bureau.example/leave/x"


def pruned():
    done = prune.run({})
    db.session.commit()
    return done


@pytest.fixture
def written(db_session, hello, clock):
    """One mail, in the state that a test gives it."""

    def write(state):
        send(hello, unsubscribe=LEAVE, **ANA)
        db.session.execute(sa.update(MailMessage).values(state=state))
        db.session.commit()

    return write


@pytest.mark.parametrize("state", [state for state in MailState if state is not MailState.QUEUED])
def test_a_text_goes_after_some_days_and_the_rest_stays(written, clock, state):
    written(state)
    clock.advance(timedelta(days=90))
    pruned()
    before = only_mail().text
    clock.advance(timedelta(seconds=1))
    pruned()

    mail = only_mail()
    assert before is not None
    assert (mail.text, mail.html, mail.sealed, mail.unsubscribe) == (None, None, None, None)
    assert (mail.recipient, mail.subject) == ("ana@readers.example", "Hello Ana")


def test_a_mail_goes_after_a_year(written, clock):
    written(MailState.SENT)
    clock.advance(timedelta(days=366))
    pruned()

    assert db.session.scalar(sa.select(sa.func.count(MailMessage.id))) == 0


def test_what_waits_stays_whole_for_ever(written, clock):
    written(MailState.QUEUED)
    clock.advance(timedelta(days=3_660))
    pruned()

    assert only_mail().text is not None


def test_texts_are_kept_for_ever_where_the_site_says_so(written, clock, app):
    app.config["BUREAU_MAIL_DAYS"] = 0
    written(MailState.SENT)
    clock.advance(timedelta(days=200))
    pruned()
    app.config["BUREAU_MAIL_DAYS"] = 90

    assert only_mail().text is not None
