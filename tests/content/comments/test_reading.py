"""A thread as readers see it."""

from __future__ import annotations

import pytest

from app.content.comments.models import CommentState
from app.content.comments.reading import PAGE, thread_of
from tests.factories.comments import make_approved_comment, make_comment


def outline(comments) -> list:
    return [(comment.text, outline(comment.replies)) for comment in comments]


def test_replies_hang_under_what_they_reply_to_three_deep(post):
    first = make_approved_comment(post, "1")
    second = make_approved_comment(post, "2", parent_id=first.id)
    third = make_approved_comment(post, "3", parent_id=second.id, name="Jo")
    fourth = make_approved_comment(post, "4", parent_id=third.id)
    make_approved_comment(post, "5", parent_id=fourth.id)
    make_approved_comment(post, "another")

    thread = thread_of(post)

    assert outline(thread.comments) == [
        ("1", [("2", [("3", []), ("4", []), ("5", [])])]),
        ("another", []),
    ]
    assert thread.comments[0].replies[0].replies[1].answers == "Jo"
    assert thread.count == 6


def test_only_approved_comments_are_seen_and_a_reply_to_a_hidden_one_stands_alone(post):
    hidden = make_comment(post, "hidden", state=CommentState.SPAM)
    make_approved_comment(post, "seen", parent_id=hidden.id)

    assert outline(thread_of(post).comments) == [("seen", [])]


def test_the_author_of_the_subject_is_marked(post, people):
    make_approved_comment(post, writer_id=people["author"].id)
    make_approved_comment(post, writer_id=people["nobody"].id)

    assert [c.is_by_author for c in thread_of(post).comments] == [True, False]


@pytest.mark.both_databases
def test_a_long_thread_is_read_page_by_page_in_few_statements(post, db_session, statements):
    first = make_approved_comment(post, "0")
    for number in range(1, PAGE + 5):
        db_session.add(
            type(first)(
                post_id=post.id,
                name="A",
                email="a@b.example",
                text=str(number),
                state=CommentState.APPROVED,
            )
        )
    db_session.commit()

    with statements() as seen:
        last = thread_of(post, 2)

    assert (last.count, last.pages, len(last.comments)) == (PAGE + 5, 2, 5)
    assert len(seen) <= 3
