"""Links that show a draft to somebody without an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core.clock import ManualClock, now, use_clock

API = "/api/v1/posts"


@pytest.fixture
def link(desk):
    """The path of a link to the draft, good for three days."""
    response = desk.clients["author"].post(f"{API}/{desk.draft.id}/share", json={"days": 3})
    return re.search(r"https?://[^/]+(/blog/preview/\S+)", response.json["message"])[1]


def test_draft_is_shown_to_whoever_has_the_link(desk, link):
    response = desk.clients["visitor"].get(link)

    assert response.status_code == 200
    assert "Bread on Monday" in response.text


def test_preview_is_in_no_index_and_no_cache(desk, link):
    response = desk.clients["visitor"].get(link)

    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.cache_control.no_store
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_altered_link_shows_nothing(desk, link):
    visitor = desk.clients["visitor"]
    payload, signature = link.rsplit(".", 1)

    assert visitor.get(f"{payload}.{signature[::-1]}").status_code == 404
    assert visitor.get("/blog/preview/nothing").status_code == 404


def test_link_ends_by_itself(desk, link):
    with use_clock(ManualClock(now() + timedelta(days=3, seconds=1))):
        assert desk.clients["visitor"].get(link).status_code == 404


@pytest.mark.parametrize(("verb", "sent"), [("unshare", None), ("share", {"days": 3})])
def test_link_ends_when_it_is_taken_back_or_replaced(desk, link, verb, sent):
    desk.clients["author"].post(f"{API}/{desk.draft.id}/{verb}", json=sent)

    assert desk.clients["visitor"].get(link).status_code == 404


def test_deleted_post_is_shown_no_more(desk, link):
    desk.clients["author"].delete(f"{API}/{desk.draft.id}")

    assert desk.clients["visitor"].get(link).status_code == 404


@pytest.mark.parametrize("days", [0, 91, -1, "soon", None])
def test_number_of_days_is_checked(desk, days):
    response = desk.clients["author"].post(f"{API}/{desk.draft.id}/share", json={"days": days})

    assert response.status_code == 422
    assert "days" in response.json["errors"]


def test_key_of_the_link_is_shown_nowhere(desk, link, db_session):
    db_session.refresh(desk.draft)
    key = desk.draft.preview_key
    editor = desk.clients["editor"]

    texts = [
        editor.get(path).text
        for path in (f"{API}/{desk.draft.id}", f"{API}/_info", "/blog/posts/export/json")
    ]

    assert key
    assert not any(key in text or "preview_key" in text for text in texts)
