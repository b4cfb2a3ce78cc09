"""What somebody tries who does not want to comment like everybody else."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.content.comments.blocking import is_blocked
from app.content.comments.models import (
    BlockKind,
    Comment,
    CommentBlock,
    CommentState,
    HeldBecause,
)
from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.features.blog.models import Post
from tests.factories.blog import make_published_post
from tests.factories.comments import make_approved_comment, make_comment, write_comment

AT_ONCE = 12


def correct(client, answer, text: str):
    """Change a comment that was written just now."""
    path = f"/content/comments/mine/{re.search(r'sent=([^&]+)', answer.location)[1]}"
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]
    return client.post(path, data={"text": text, "csrf_token": csrf})


@pytest.mark.parametrize("state", [CommentState.PENDING, CommentState.SPAM, CommentState.REJECTED])
def test_the_form_of_a_reply_shows_nothing_that_is_hidden(clients, post, state):
    hidden = make_comment(post, "My secret words", name="Somebody shy", state=state)

    page = clients["visitor"].get(f"/content/comments/new/post/{post.id}?parent={hidden.id}")

    assert page.status_code == 200
    assert "secret words" not in page.text
    assert "Somebody shy" not in page.text


def test_the_form_of_a_reply_shows_nothing_of_another_page(clients, people, post):
    other = make_published_post(people["author"], title="Another one")
    elsewhere = make_approved_comment(other, "Words from elsewhere")

    page = clients["visitor"].get(f"/content/comments/new/post/{post.id}?parent={elsewhere.id}")

    assert "Words from elsewhere" not in page.text


@pytest.mark.both_databases
@pytest.mark.parametrize("value", ["100%", "a_b", "%", "_", "\\"])
def test_a_blocked_word_means_itself_and_no_pattern(clients, post, db_session, value):
    db_session.add(CommentBlock(kind=BlockKind.WORD, value=value))
    db_session.commit()

    write_comment(clients["visitor"], post, text="100 times acb")
    write_comment(clients["visitor"], post, text=f"Look: {value}.")

    found = db_session.query(Comment.state).order_by(Comment.id).all()
    assert [state for (state,) in found] == [CommentState.PENDING, CommentState.SPAM]


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "::ffff:c000:207"])
def test_a_network_is_blocked_however_its_addresses_are_written(post, db_session, address):
    db_session.add(CommentBlock(kind=BlockKind.ADDRESS, value="192.0.2.0/24"))
    db_session.commit()

    assert is_blocked(name="Ana", email="ana@readers.example", text="Hello", address=address)


@pytest.mark.both_databases
def test_what_is_blocked_is_so_in_a_correction_as_well(clients, post, db_session):
    db_session.add(CommentBlock(kind=BlockKind.WORD, value="pills"))
    db_session.commit()
    answer = write_comment(clients["visitor"], post)

    assert correct(clients["visitor"], answer, "Buy pills!").status_code == 303

    comment = db_session.query(Comment).one()
    assert (comment.state, comment.held_because) == (CommentState.SPAM, HeldBecause.BLOCKED)


def test_a_form_that_is_sent_again_gives_no_more_time_to_correct(clients, post, db_session):
    visitor, start = clients["visitor"], now()
    ticket = visitor.get(f"/content/comments/ticket/post/{post.id}").json["ticket"]
    write_comment(visitor, post, ticket=ticket)
    with use_clock(ManualClock(start + timedelta(minutes=20))):
        again = write_comment(visitor, post, ticket=ticket)
        token = re.search(r"sent=([^&]+)", again.location)[1]

        assert again.status_code == 303
        assert visitor.get(f"/content/comments/mine/{token}").status_code == 410


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_what_another_site_sends_is_not_written_and_not_lost(
    make_app, cast_less_post, login, is_signed_in
):
    app, key = cast_less_post(make_app(WTF_CSRF_ENABLED=True))
    client = app.test_client()
    with app.app_context():
        post = db.session.get(Post, key)
        if is_signed_in:
            login(client, post.author)

        forged = write_comment(client, post, text="Long words", csrf_token="forged")
        written = db.session.query(Comment).count()
        own = write_comment(client, post, text="Long words")

        assert (forged.status_code, written, own.status_code) == (422, 0, 303)
        assert "Long words" in forged.text


def test_who_is_signed_in_comments_through_rest_in_their_own_name(
    clients, people, post, db_session
):
    client = clients["author"]
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/home/").text)[1]

    answer = client.post(
        f"/api/v1/posts/{post.id}/comments",
        json={"text": "It was me.", "name": "Somebody Else", "email": "else@readers.example"},
        headers={"X-CSRFToken": csrf},
    )

    assert answer.status_code == 201
    comment = db_session.query(Comment).one()
    assert comment.name == people["author"].get_full_name()
    assert comment.email == people["author"].email


@pytest.mark.both_databases
def test_comments_sent_all_at_once_are_counted_one_after_another(
    make_app, database, cast_less_post
):
    app, key = cast_less_post(make_app(database))

    def write(number: int) -> int:
        path = f"/api/v1/posts/{key}/comments"
        sent = {"text": f"Number {number}", "name": "Ana", "email": "ana@readers.example"}
        return app.test_client().post(path, json=sent).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = sorted(pool.map(write, range(AT_ONCE)))

    assert statuses == [201] * 5 + [429] * (AT_ONCE - 5)
    with app.app_context():
        assert db.session.query(Comment).count() == 5
