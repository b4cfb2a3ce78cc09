"""Comments, and the way a visitor writes one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from app.content.comments import Comment, CommentState
from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.features.blog.models import Post


def make_comment(post: Post, text: str = "What a lovely walk!", **values: Any) -> Comment:
    """A comment that waits, unless the values say otherwise."""
    given = {"name": "Ana", "email": "ana@readers.example", "text": text, **values}
    comment = Comment(post_id=post.id, **given)
    db.session.add(comment)
    db.session.commit()
    return comment


def make_approved_comment(post: Post, text: str = "What a lovely walk!", **values: Any) -> Comment:
    """A comment that everybody sees."""
    return make_comment(post, text, state=CommentState.APPROVED, **values)


def write_comment(client: Any, post: Post, *, after: float = 60, **typed: Any) -> Any:
    """Fill in the form as a visitor does, `after` some seconds, and send it."""
    path = f"/content/comments/new/post/{post.id}"
    clock = ManualClock(now())
    with use_clock(clock):
        page = client.get(path).text
        clock.advance(timedelta(seconds=after))
        ticket = re.search(r'name="ticket" value="([^"]+)"', page)
        given = {
            "name": "Ana",
            "email": "ana@readers.example",
            "text": "What a lovely walk!",
            "ticket": ticket[1] if ticket else "",
            "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1],
        }
        return client.post(path, data=given | typed)
