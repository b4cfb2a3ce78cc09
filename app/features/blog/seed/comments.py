"""The demo comments: what readers say, what others reply, and what waits for a decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask_appbuilder.security.sqla.models import User

from app.content.comments import Comment, CommentState
from app.features.blog.models import PostStatus
from app.features.blog.seed.moments import REFERENCE
from app.features.blog.seed.people import AUTHORS
from app.features.blog.seed.remarks import NAMES, OPENINGS, REMARKS, REPLIES, SPAM
from app.features.blog.seed.writing import add_rows

COMMENTS = 300
ROUNDS = (0.6, 0.3, 0.1)
"""Which part of them stands by itself, which replies to those, and which to the replies."""
STATES = {3: CommentState.PENDING, 7: CommentState.REJECTED}
"""Of each ten, those that are not approved; every other rejected one is spam."""
Row = dict[str, Any]


def add_comments(posts: Sequence[Row], factor: int, people: Sequence[User], random: Random) -> None:
    """Add the comments: some posts get many, most get a few, and every ninth none."""
    open_posts = [p for p in posts if p["comments_open"] and p["status"] is PostStatus.PUBLISHED]
    weights = [1 / (1 + place % 17) for place in range(len(open_posts))]
    by_key = {post["id"]: post for post in posts}
    above: list[Row] = []
    first = 0
    for part in ROUNDS:
        count = round(COMMENTS * factor * part)
        numbers = range(first, first + count)
        if not above:
            chosen = random.choices(open_posts, weights, k=count)
            rows = [_comment(n, post, random) for n, post in zip(numbers, chosen, strict=True)]
        else:
            parents = random.choices(above, k=count)
            rows = [
                _reply(number, parent, by_key[parent["post_id"]], people, random)
                for number, parent in zip(numbers, parents, strict=True)
            ]
        add_rows(Comment, rows)
        above = [row for row in rows if row["state"] is CommentState.APPROVED]
        first += count


def _comment(number: int, post: Row, random: Random) -> Row:
    locale = post["locale"]
    opening = random.choice(OPENINGS[locale]).format(title=post["title"])
    remarks = random.sample(REMARKS[locale], random.randint(1, 3))
    moment = _after(post["published_at"], random)
    return _row(number, post, " ".join([opening, *remarks]), moment, random)


def _reply(number: int, parent: Row, post: Row, people: Sequence[User], random: Random) -> Row:
    """One of three replies is the author's, who is signed in."""
    texts = random.sample(REPLIES[post["locale"]], random.randint(1, 2))
    moment = _after(parent["created_at"], random)
    row = _row(number, post, " ".join(texts), moment, random)
    row["parent_id"] = parent["id"]
    if row["state"] is CommentState.APPROVED and number % 3 == 0:
        author = next(p for p in people[:AUTHORS] if p.id == post["author_id"])
        row |= {"writer_id": author.id, "name": author.get_full_name(), "email": author.email}
    return row


def _row(number: int, post: Row, text: str, moment: datetime, random: Random) -> Row:
    state = STATES.get(number % 10, CommentState.APPROVED)
    if state is CommentState.REJECTED and number % 20 < 10:
        state, text = CommentState.SPAM, random.choice(SPAM)
    name, email = random.choice(NAMES)
    is_decided = state is not CommentState.PENDING
    return {
        "post_id": post["id"],
        "parent_id": None,
        "writer_id": None,
        "name": name,
        "email": f"{email}@readers.example",
        "text": text,
        "state": state,
        "locale": post["locale"],
        "decided_at": moment + timedelta(hours=2) if is_decided else None,
        "created_at": moment,
    }


def _after(moment: datetime, random: Random) -> datetime:
    """Some time later: most comments come in the first days, and none after the demo."""
    later = moment + timedelta(hours=random.expovariate(1 / 60) + 0.2)
    return later if later < REFERENCE else moment + (REFERENCE - moment) * random.random()
