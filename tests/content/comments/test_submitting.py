"""What becomes of a comment that somebody writes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.content.comments.models import (
    BlockKind,
    Comment,
    CommentBlock,
    CommentState,
    HeldBecause,
)
from app.core.clock import ManualClock, now, use_clock
from app.features.blog.models import PostStatus
from tests.factories.blog import make_published_post
from tests.factories.comments import make_approved_comment, make_comment, write_comment


def only_comment(session) -> Comment:
    session.expire_all()
    return session.query(Comment).one()


@pytest.mark.both_databases
def test_a_visitors_comment_waits_and_leads_back_with_an_empty_form(clients, post, db_session):
    answer = write_comment(clients["visitor"], post, text="Hello <b>there</b>")

    assert answer.status_code == 303
    page = clients["visitor"].get(answer.location)
    assert "waits for approval" in page.text
    assert "Hello" not in page.text
    comment = only_comment(db_session)
    assert (comment.state, comment.held_because) == (CommentState.PENDING, HeldBecause.STRANGER)
    assert (comment.text, comment.post_id) == ("Hello <b>there</b>", post.id)


def test_a_form_on_the_page_itself_leads_back_to_that_page(clients, post):
    answer = write_comment(clients["visitor"], post, place="page")

    assert answer.status_code == 303
    assert answer.location.startswith(f"{'/blog/'}{post.slug}?comment=held#written=")


@pytest.mark.parametrize("who", ["author", "editor", "moderator"])
def test_a_comment_of_the_staff_is_shown_at_once(clients, people, post, db_session, who):
    answer = write_comment(clients[who], post, text="Mind the gap.")

    comment = only_comment(db_session)
    assert answer.status_code == 303
    assert comment.state is CommentState.APPROVED
    assert (comment.writer_id, comment.email) == (people[who].id, people[who].email)


def test_somebody_signed_in_without_a_role_of_the_blog_waits_as_well(clients, post, db_session):
    write_comment(clients["nobody"], post)

    assert only_comment(db_session).state is CommentState.PENDING


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ({"name": ""}, "Name"),
        ({"name": "x" * 256}, "Name"),
        ({"email": "nobody"}, "Mail address"),
        ({"text": " "}, "Comment"),
        ({"text": "x" * 5001}, "Comment"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_says_what_is_wrong(
    clients, post, db_session, typed, label
):
    answer = write_comment(clients["visitor"], post, **{"text": "A long walk.", **typed})

    assert answer.status_code == 422
    assert f"{label}: " in answer.text
    assert 'value="ana@readers.example"' in answer.text or "email" in typed
    assert "A long walk." in answer.text or "text" in typed
    assert db_session.query(Comment).count() == 0


@pytest.mark.parametrize("closed", [{"comments_open": False}, {"status": PostStatus.ARCHIVED}])
def test_what_is_closed_or_not_published_takes_no_comments(clients, post, db_session, closed):
    for name, value in closed.items():
        setattr(post, name, value)
    db_session.commit()

    path = f"/content/comments/new/post/{post.id}"
    answer = clients["visitor"].get(path, headers={"Accept": "application/json"})

    assert answer.status_code == 409
    assert answer.json["code"] == "comments_closed"


@pytest.mark.parametrize("path", ["post/999999", "post/x", "post/٣", "nothing/1"])
def test_what_does_not_exist_cannot_be_commented_on(client, path, db_session):
    assert client.get(f"/content/comments/new/{path}").status_code == 404
    assert client.get(f"/content/comments/ticket/{path}").status_code == 404


def test_a_robot_that_fills_in_everything_is_kept_as_spam_and_told_nothing(
    clients, post, db_session
):
    answer = write_comment(clients["visitor"], post, website="https://pills.example")

    assert answer.status_code == 303
    comment = only_comment(db_session)
    assert (comment.state, comment.held_because) == (CommentState.SPAM, HeldBecause.ROBOT)


def test_what_comes_quicker_than_anybody_types_is_asked_for_once_more(clients, post, db_session):
    answer = write_comment(clients["visitor"], post, after=1)

    assert answer.status_code == 422
    assert "very quick" in answer.text
    assert db_session.query(Comment).count() == 0


@pytest.mark.parametrize("ticket", ["", "gAAAA", "x" * 3000])
def test_a_form_that_is_not_ours_is_refused(clients, post, db_session, ticket):
    answer = write_comment(clients["visitor"], post, ticket=ticket)

    assert answer.status_code == 422
    assert db_session.query(Comment).count() == 0


def test_a_form_is_good_for_one_subject_only(clients, people, post, db_session):
    other = make_published_post(people["author"], title="Another one")
    ticket = clients["visitor"].get(f"/content/comments/ticket/post/{other.id}").json["ticket"]

    answer = write_comment(clients["visitor"], post, ticket=ticket)

    assert answer.status_code == 422
    assert db_session.query(Comment).count() == 0


@pytest.mark.both_databases
def test_a_form_sent_twice_writes_one_comment(clients, post, db_session):
    ticket = clients["visitor"].get(f"/content/comments/ticket/post/{post.id}").json["ticket"]

    first = write_comment(clients["visitor"], post, ticket=ticket)
    db_session.query(Comment).update({"text": "corrected meanwhile"})
    db_session.commit()
    second = write_comment(clients["visitor"], post, ticket=ticket)
    other = write_comment(clients["visitor"], post, ticket=ticket, text="Another one.")

    assert (first.status_code, second.status_code) == (303, 303)
    assert other.status_code == 422
    assert db_session.query(Comment).count() == 1


@pytest.mark.both_databases
def test_the_same_words_again_are_refused(clients, post, db_session):
    write_comment(clients["visitor"], post)

    answer = write_comment(clients["visitor"], post)

    assert answer.status_code == 422
    assert "written this already" in answer.text


@pytest.mark.both_databases
def test_an_address_writes_five_comments_in_an_hour(clients, post, db_session):
    answers = [
        write_comment(clients["visitor"], post, text=f"Number {number}") for number in range(6)
    ]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 3000
    assert "Number 5" in answers[-1].text
    with use_clock(ManualClock(now() + timedelta(hours=2))):
        assert write_comment(clients["visitor"], post, text="Later").status_code == 303


def test_the_staff_is_not_counted(clients, post, db_session):
    answers = [
        write_comment(clients["author"], post, text=f"Number {number}") for number in range(7)
    ]

    assert {answer.status_code for answer in answers} == {303}


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (BlockKind.EMAIL, "ana@readers.example"),
        (BlockKind.EMAIL, "@readers.example"),
        (BlockKind.ADDRESS, "127.0.0.0/8"),
        (BlockKind.ADDRESS, "127.0.0.1/32"),
        (BlockKind.WORD, "lovely"),
    ],
)
def test_whoever_is_blocked_is_kept_as_spam_until_the_block_ends(
    clients, post, db_session, kind, value
):
    block = CommentBlock(kind=kind, value=value, until=now() + timedelta(days=1))
    db_session.add(block)
    db_session.commit()

    write_comment(clients["visitor"], post)
    with use_clock(ManualClock(now() + timedelta(days=2))):
        write_comment(clients["visitor"], post, text="A lovely day!")

    found = db_session.query(Comment.state, Comment.held_because).order_by(Comment.id)
    assert found.all() == [
        (CommentState.SPAM, HeldBecause.BLOCKED),
        (CommentState.PENDING, HeldBecause.STRANGER),
    ]


def test_many_links_are_a_reason_to_be_held(clients, post, db_session):
    write_comment(clients["visitor"], post, text="http://a.example www.b.example https://c.example")

    assert only_comment(db_session).held_because is HeldBecause.LINKS


@pytest.mark.both_databases
def test_a_reply_hangs_under_what_is_shown_on_the_same_page(clients, people, post, db_session):
    shown = make_approved_comment(post)
    waiting = make_comment(post, "Not yet")

    good = write_comment(clients["visitor"], post, text="Me too", parent=shown.id)
    bad = write_comment(clients["visitor"], post, text="Me three", parent=waiting.id)

    assert (good.status_code, bad.status_code) == (303, 422)
    assert db_session.query(Comment).filter_by(parent_id=shown.id).one().text == "Me too"


@pytest.mark.both_databases
def test_the_writer_corrects_a_comment_for_fifteen_minutes(clients, post, db_session):
    answer = write_comment(clients["visitor"], post)
    token = re.search(r"sent=([^&]+)", answer.location)[1]
    path = f"/content/comments/mine/{token}"
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', clients["visitor"].get(path).text)[1]

    saved = clients["visitor"].post(path, data={"text": "Better.", "csrf_token": csrf})
    with use_clock(ManualClock(now() + timedelta(minutes=17))):
        late = clients["visitor"].get(path)

    assert (saved.status_code, late.status_code) == (303, 410)
    comment = only_comment(db_session)
    assert comment.text == "Better."
    assert comment.edited_at is not None


@pytest.mark.both_databases
def test_what_a_stranger_corrects_after_its_approval_waits_again(clients, post, db_session):
    answer = write_comment(clients["visitor"], post)
    db_session.query(Comment).update({"state": CommentState.APPROVED})
    db_session.commit()
    token = re.search(r"sent=([^&]+)", answer.location)[1]
    path = f"/content/comments/mine/{token}"
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', clients["visitor"].get(path).text)[1]

    clients["visitor"].post(path, data={"text": "Buy pills.", "csrf_token": csrf})

    assert only_comment(db_session).state is CommentState.PENDING


def test_the_ticket_of_a_form_is_kept_by_no_cache_and_changes_nothing(
    clients, post, db_session, statements
):
    with statements() as seen:
        answer = clients["visitor"].get(f"/content/comments/ticket/post/{post.id}")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["question"] == ""
    assert not [one for one in seen if not one.lstrip().startswith(("SELECT", "WITH"))]


def test_a_site_may_ask_strangers_a_question(make_app, cast_less_post):
    app, post = cast_less_post(make_app(BUREAU_COMMENT_QUESTION=1))
    client = app.test_client()
    page = client.get(f"/content/comments/new/post/{post}").text
    first, second = re.search(r"How much is (\d) plus (\d)\?", page).groups()
    given = {
        "name": "Ana",
        "email": "ana@readers.example",
        "text": "Hello",
        "ticket": re.search(r'name="ticket" value="([^"]+)"', page)[1],
        "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1],
    }

    with use_clock(ManualClock(now() + timedelta(minutes=1))):
        path = f"/content/comments/new/post/{post}"
        wrong = client.post(path, data=given | {"answer": "99"})
        right = client.post(path, data=given | {"answer": str(int(first) + int(second))})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "How much is" in wrong.text
