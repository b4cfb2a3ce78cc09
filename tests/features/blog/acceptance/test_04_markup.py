"""Scripts in a body are gone wherever the post is shown, by whichever door they came in."""

from __future__ import annotations

import re

import pytest

from app.content.markup import excerpt
from app.features.blog.models import Post
from app.features.blog.operations import publish_posts

HOSTILE = (
    '<p onclick="alert(1)">A quiet morning<script>alert(2)</script></p>'
    '<img src="x" onerror="alert(3)"><a href="javascript:alert(4)">here</a>'
    '<img src="https://evil.example/pixel.png"><svg onload="alert(5)"></svg>'
)
GONE = ("onclick", "onerror", "onload", "alert(", "javascript:", "evil.example", "<svg")


def from_form(desk) -> None:
    form = {"title": "Morning", "kind": "text", "body": HOSTILE, "body_format": "rich"}
    assert desk.clients["author"].post("/blog/posts/add", data=form).status_code == 302


def from_api(desk) -> None:
    answer = desk.clients["author"].post(
        "/api/v1/posts/", json={"title": "Morning", "body": HOSTILE}
    )
    assert answer.status_code == 201, answer.text


def from_markdown(desk) -> None:
    source = f"A quiet morning\n\n{HOSTILE}\n\n[here](javascript:alert(4))"
    form = {"title": "Morning", "kind": "text", "body_format": "markdown", "body_source": source}
    assert desk.clients["author"].post("/blog/posts/add", data=form).status_code == 302


@pytest.mark.both_databases
@pytest.mark.parametrize("door", [from_form, from_api], ids=["form", "api"])
def test_scripts_are_gone_in_page_feed_api_and_digest(desk, db_session, door):
    door(desk)
    post = db_session.query(Post).filter_by(title="Morning").one()
    publish_posts([post])
    reader = desk.clients["visitor"]

    shown = {
        "stored": post.body,
        "page": article_of(reader.get(f"/blog/{post.slug}").text),
        "feed": reader.get("/blog/feed.xml").text,
        "api": reader.get(f"/api/v1/posts/{post.id}").text,
        "digest": excerpt(post.body),
    }

    for place, text in shown.items():
        assert "A quiet morning" in text, place
        assert [part for part in GONE if part in text] == [], place


@pytest.mark.both_databases
def test_tags_in_markdown_are_only_words(desk, db_session):
    from_markdown(desk)
    post = db_session.query(Post).filter_by(title="Morning").one()

    tags = re.findall(r"<(\w+)([^>]*)>", post.body)

    assert "A quiet morning" in post.body
    assert {name for name, _more in tags} == {"p"}
    assert not any(more for _name, more in tags)


def article_of(page: str) -> str:
    """What the page has of the post, without the scripts of our own around it."""
    found = re.search(r"<article.*?</article>", page, re.DOTALL)
    assert found is not None
    return found[0]
