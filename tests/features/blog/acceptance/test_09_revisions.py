"""Restoring revision 1 of 3 gives revision 4 with the text of 1, and the comparison shows it."""

from __future__ import annotations

import re

import pytest

from app.features.blog.models import PostRevision
from tests.factories.blog import make_post

POSTS = "/blog/posts"


@pytest.fixture
def post(desk, db_session):
    """A draft that was saved three times."""
    post = make_post(desk.people["author"], "Three saves", body="<p>One grey morning.</p>")
    for word in ("Two", "Three"):
        desk.clients["author"].post(
            f"{POSTS}/edit/{post.id}",
            data={"title": "Three saves", "kind": "text", "body": f"<p>{word} grey mornings.</p>"},
        )
    db_session.refresh(post)
    return post


def revisions(db_session, post):
    return db_session.query(PostRevision).filter_by(post_id=post.id).order_by(PostRevision.number)


@pytest.mark.both_databases
def test_restoring_the_first_of_three_makes_a_fourth(desk, db_session, post):
    first, *_others = revisions(db_session, post)

    desk.clients["author"].post("/blog/post-revisions/bulk/restore", data={"key": first.id})

    db_session.expire_all()
    found = list(revisions(db_session, post))
    assert [revision.number for revision in found] == [1, 2, 3, 4]
    assert found[3].body == post.body == first.body == "<p>One grey morning.</p>"


def test_comparison_shows_the_change_side_by_side(desk, post):
    page = desk.clients["author"].get(f"{POSTS}/revisions/{post.id}?old=1&new=3").text

    cells = re.findall(r'<td dir="auto">(.*?)</td>', page)
    assert cells == [
        "<del>One</del> grey <del>morning</del>.",
        "<ins>Three</ins> grey <ins>mornings</ins>.",
    ]


def test_last_two_revisions_are_compared_where_none_are_named(desk, post):
    page = desk.clients["author"].get(f"{POSTS}/revisions/{post.id}").text

    assert "Revision 2 and revision 3" in page
    assert "<del>Two</del>" in page


@pytest.mark.parametrize("query", ["old=9", "new=x", "old="])
def test_revision_that_there_is_not_is_named(desk, post, query):
    assert desk.clients["author"].get(f"{POSTS}/revisions/{post.id}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("person", "status"),
    [("author", 200), ("editor", 200), ("colleague", 404), ("moderator", 403), ("visitor", 302)],
)
def test_revisions_are_read_by_whom_the_post_is(desk, post, person, status):
    assert desk.clients[person].get(f"{POSTS}/revisions/{post.id}").status_code == status


def test_colleague_does_not_compare_a_published_post_of_another(desk):
    """They may read the post, but not what it was before."""
    page = desk.clients["colleague"].get(f"{POSTS}/revisions/{desk.post.id}").text

    assert "No revisions yet" in page
