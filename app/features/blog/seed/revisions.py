"""The texts of the demo posts as they were saved."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from app.extensions import db
from app.features.blog.models import PostRevision


def add_revisions(posts: Sequence[dict[str, Any]], random: Random) -> None:
    """Each post was saved once, every fifth again, and some of those a third time."""
    rows = []
    for number, post in enumerate(posts):
        count = random.choice((2, 3)) if number % 5 == 0 else 1
        rows += [_revision(post, version, count) for version in range(1, count + 1)]
    db.session.execute(insert(PostRevision), rows)


def _revision(post: dict[str, Any], number: int, count: int) -> dict[str, Any]:
    is_last = number == count
    body = post["body"]
    return {
        "post_id": post["id"],
        "number": number,
        "title": post["title"],
        "summary": post["summary"] if is_last else None,
        "body": body if is_last else (body or "").partition("\n")[0] or None,
        "saved_by_id": post["author_id"],
        "saved_at": post["created_at"] + timedelta(hours=5 * number),
    }
