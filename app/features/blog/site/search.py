"""What readers search for: words in title, summary and body of public posts.

PostgreSQL keeps the words of each post in a column of its own, with an index (see the migration
that adds it). SQLite uses the index of the desk's search where there is one, else it looks at
every post.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCONFIG, TSVECTOR

from app.core.fields import fields_of
from app.core.search.condition import search_condition
from app.extensions import db
from app.features.blog.models import Post
from app.features.blog.site.queries import is_public, select_teasers

MAX_TEXT = 100
MAX_CANDIDATES = 2_000
"""Of a word that stands in very many posts, so many are looked at to find the best."""
SEARCHED = ("title", "summary", "body")
_WORD = re.compile(r"\w+")


def read_found(text: str, page: int, size: int) -> tuple[Sequence[Any], bool]:
    """The posts that hold all these words, the best first, and whether there are more."""
    dialect = db.session.get_bind(mapper=sa.inspect(Post)).dialect.name
    if dialect == "postgresql":
        statement = _by_words(text)
    else:
        condition = search_condition(Post, SEARCHED, text, fields_of(Post), lambda _model: None)
        statement = select_teasers().where(is_public(), condition)
    if statement is None:
        return [], False
    limited = statement.limit(size + 1).offset((page - 1) * size)
    found = db.session.execute(limited).all()
    return found[:size], len(found) > size


def _by_words(text: str) -> sa.Select[Any] | None:
    """Each word, or one that begins with it; None where there is no word in the text."""
    words = _WORD.findall(text)
    if not words:
        return None
    query = sa.func.to_tsquery(
        sa.cast(sa.literal("simple"), REGCONFIG), " & ".join(f"'{word}':*" for word in words)
    )
    words_of_post = sa.literal_column("blog_post.search", TSVECTOR)
    candidates = (
        sa.select(Post.id, sa.func.ts_rank(words_of_post, query).label("rank"))
        .where(is_public(), words_of_post.op("@@", is_comparison=True)(query))
        .limit(MAX_CANDIDATES)
        .subquery()
    )
    return (
        select_teasers()
        .join(candidates, candidates.c.id == Post.id)
        .order_by(None)
        .order_by(candidates.c.rank.desc(), Post.published_at.desc(), Post.id.desc())
    )
