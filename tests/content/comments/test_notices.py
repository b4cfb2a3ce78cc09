"""Who gets which mail about a comment."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.content.comments import operations
from app.content.comments.models import Comment
from app.core.clock import ManualClock, now, use_clock
from app.core.outbox.deliver import deliver_due
from app.mail.models import MailMessage
from tests.factories.comments import make_approved_comment, make_comment, write_comment


def mails(session, name: str) -> list[MailMessage]:
    session.expire_all()
    return session.query(MailMessage).filter_by(name=name).order_by(MailMessage.id).all()


def later(minutes: float = 31):
    return use_clock(ManualClock(now() + timedelta(minutes=minutes)))


@pytest.mark.both_databases
def test_moderators_get_one_mail_about_all_that_came_in_a_quarter_of_an_hour(
    clients, people, post, db_session
):
    with use_clock(ManualClock(now().replace(minute=1))):
        write_comment(clients["visitor"], post, text="One")
        write_comment(clients["visitor"], post, text="Two")
        deliver_due()
        assert mails(db_session, "content_pending") == []
    with later(60):
        deliver_due()

    sent = mails(db_session, "content_pending")
    assert {people["moderator"].email, people["editor"].email} <= {m.recipient for m in sent}
    assert people["author"].email not in {m.recipient for m in sent}
    assert len({m.recipient for m in sent}) == len(sent)
    assert "One" in sent[0].text
    assert "Two" in sent[0].text


def test_the_author_of_the_post_is_told_once_of_an_approved_comment(people, post, db_session):
    comment = make_comment(post, "What a walk")

    operations.approve([comment])
    deliver_due()
    operations.reject([comment])
    operations.approve([comment])
    deliver_due()

    sent = mails(db_session, "content_approved")
    assert [mail.recipient for mail in sent] == [people["author"].email]
    assert f"/blog/{post.slug}#comment-{comment.id}" in sent[0].text


def test_nobody_is_told_of_their_own_comment_and_spam_is_nobodys_news(clients, post, db_session):
    write_comment(clients["author"], post)
    write_comment(clients["visitor"], post, website="spam")
    with later():
        deliver_due()

    assert db_session.query(MailMessage).count() == 0


@pytest.mark.both_databases
def test_who_asked_for_it_is_told_of_a_reply_and_leaves_with_one_request(clients, post, db_session):
    talk = make_approved_comment(post, wants_replies=True)
    silent = make_approved_comment(post, "Hm", email="jo@readers.example")
    for parent in (talk, silent):
        write_comment(clients["author"], post, text=f"To {parent.id}", parent=parent.id)
    with later(5):
        deliver_due()

    (sent,) = mails(db_session, "content_replied")
    assert sent.recipient == "ana@readers.example"
    path = re.search(r"https?://[^/]+(/content/comments/leave/\S+)", sent.unsubscribe)[1]
    asked = clients["visitor"].get(path)
    db_session.expire_all()
    assert db_session.get(Comment, talk.id).wants_replies
    assert asked.status_code == 200
    assert clients["visitor"].post(path).status_code == 200
    db_session.expire_all()
    assert not db_session.get(Comment, talk.id).wants_replies
    assert clients["visitor"].get("/content/comments/leave/forged").status_code == 404
