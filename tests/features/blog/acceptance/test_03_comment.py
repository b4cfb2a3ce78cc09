"""A comment by a visitor is invisible until approved; then the kept page shows it at once."""

from __future__ import annotations

import re

import pytest

from app.content.comments.models import Comment
from tests.factories.comments import write_comment


@pytest.mark.both_databases
def test_a_comment_is_invisible_until_its_approval_and_then_on_the_kept_page(desk, db_session):
    reader, moderator = desk.clients["visitor"], desk.clients["moderator"]
    page = f"/blog/{desk.post.slug}"
    reader.get(page)

    answer = write_comment(reader, desk.post, text="Which <em>bridge</em> is the oldest?")
    before = reader.get(page)
    comment = db_session.query(Comment).one()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', moderator.get("/home/").text)[1]
    data = {"key": comment.id, "csrf_token": csrf}
    decided = moderator.post("/content/comments/bulk/approve", data=data)
    after = reader.get(page)

    assert answer.status_code == 303
    assert "is the oldest" not in before.text
    assert decided.status_code == 302
    assert "Which &lt;em&gt;bridge&lt;/em&gt; is the oldest?" in after.text
    assert "ana@readers.example" not in after.text
    assert "Set-Cookie" not in after.headers
