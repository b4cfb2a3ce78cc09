"""The rows of a large blog, made by PostgreSQL itself: the same every time, in a minute or two."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import sqlalchemy as sa

WORDS = 4_000
PARAGRAPHS = 3_000
WORDS_OF_PARAGRAPH = 60
SYLLABLES = (
    "ba ce di fo gu ha ki lo mu ne pa qui ro su te va wo xi yo ze bran cler dost frin glam krat"
    " mond prel strin thom"
).split()
SEED = 2026


@dataclass(frozen=True)
class Size:
    """How many of everything."""

    posts: int = 100_000
    comments: int = 1_000_000
    tags: int = 2_000
    authors: int = 50
    subscribers: int = 10_000
    tags_of_post: int = 3


AUTHORS = """
    INSERT INTO ab_user (id, first_name, last_name, username, email, password, active)
    SELECT 1000 + n, 'First' || n, 'Last' || n, 'author' || n, 'author' || n || '@bench.example',
           'x', true
    FROM generate_series(1, :authors) n
"""
PROFILES = """
    INSERT INTO blog_author_profile (user_id, display_name, slug, bio,
                                     created_at, updated_at, version)
    SELECT 1000 + n, 'Author ' || n, 'author-' || n, '<p>Writes.</p>', now(), now(), 1
    FROM generate_series(1, :authors) n
"""
# Nine of ten are published, the newest a minute ago; the words of a paragraph stand in every 33rd.
POSTS = """
    INSERT INTO blog_post (id, title, slug, kind, summary, body, body_format, image_focus_x,
                           image_focus_y, status, published_at, comments_open, author_id, locale,
                           quote, created_at, updated_at, version)
    SELECT n,
           initcap(split_part(a.text, ' ', 1 + n % 50)) || ' '
               || split_part(b.text, ' ', 1 + n % 40) || ' ' || n,
           'post-' || n,
           CASE WHEN n % 10 = 9 THEN 'quote' ELSE 'text' END,
           CASE WHEN n % 4 > 0 THEN initcap(split_part(b.text, ' ', 3)) || '.' END,
           '<p>' || a.text || '.</p><p>' || b.text || ' rare' || n % 5000 || '.</p><p>' || c.text
               || '.</p>',
           'rich', 50, 50,
           CASE WHEN n % 20 = 7 THEN 'draft' WHEN n % 20 = 13 THEN 'archived' ELSE 'published' END,
           CASE WHEN n % 20 <> 7 THEN now() - (:posts - n) * interval '20 minutes' END,
           n % 9 <> 0,
           1000 + 1 + n % :authors,
           (ARRAY['en', 'de', 'pt'])[1 + n % 3],
           CASE WHEN n % 10 = 9 THEN initcap(a.text) || '.' END,
           now() - (:posts - n) * interval '20 minutes', now(), 1
    FROM generate_series(1, :posts) n
    JOIN bench_paragraph a ON a.id = (n::bigint * 7919) % :paragraphs
    JOIN bench_paragraph b ON b.id = (n::bigint * 104729) % :paragraphs
    JOIN bench_paragraph c ON c.id = (n::bigint * 1299709) % :paragraphs
"""
TAGS = """
    INSERT INTO content_tag (id, name, folded, slug, created_at, updated_at, version)
    SELECT n, 'Tag ' || n, 'tag ' || n, 'tag-' || n, now(), now(), 1
    FROM generate_series(1, :tags) n
"""
# The square makes a few tags stand on very many posts, and most on a few.
LINKS = """
    INSERT INTO blog_post_tag (post_id, tag_id, created_at)
    SELECT DISTINCT p.n, 1 + floor(:tags * power(random(), 3))::bigint, now()
    FROM generate_series(1, :posts) p(n), generate_series(1, :tags_of_post)
"""
# Some posts have hundreds of comments, most a few. Eight of ten are approved.
COMMENTS = """
    INSERT INTO content_comment (id, name, email, text, state, wants_replies, locale, post_id,
                                 decided_at, created_at, updated_at, version)
    SELECT n, 'Reader ' || n % 20000, 'reader' || n % 20000 || '@bench.example', left(a.text, 180),
           CASE WHEN n % 10 = 3 THEN 'pending' WHEN n % 20 = 7 THEN 'rejected'
                WHEN n % 20 = 17 THEN 'spam' ELSE 'approved' END,
           false, 'en', 1 + floor(:posts * power(random(), 2))::bigint,
           now(), now() - n * interval '7 seconds', now(), 1
    FROM generate_series(1, :first) n
    JOIN bench_paragraph a ON a.id = n % :paragraphs
"""
REPLIES = """
    INSERT INTO content_comment (id, name, email, text, state, wants_replies, locale, post_id,
                                 parent_id, decided_at, created_at, updated_at, version)
    SELECT :first + n, 'Reader ' || n % 20000, 'reader' || n % 20000 || '@bench.example',
           left(a.text, 120), c.state, false, 'en', c.post_id, c.id, now(),
           c.created_at + interval '1 hour', now(), 1
    FROM generate_series(1, :replies) n
    JOIN content_comment c ON c.id = 1 + (n::bigint * 48271) % :first
    JOIN bench_paragraph a ON a.id = (n::bigint * 31) % :paragraphs
"""
SUBSCRIBERS = """
    INSERT INTO blog_subscriber (email, locale, state, frequency, confirmed_at,
                                 created_at, updated_at, version)
    SELECT 'reader' || n || '@bench.example', 'en', 'active', 'weekly', now(), now(), now(), 1
    FROM generate_series(1, :subscribers) n
"""
STEPS = {
    "authors": (AUTHORS, PROFILES),
    "posts": (POSTS,),
    "tags": (TAGS, LINKS),
    "comments": (COMMENTS, REPLIES),
    "subscribers": (SUBSCRIBERS,),
}
SEQUENCES = ("blog_post", "content_tag", "content_comment")


def fill(engine: sa.Engine, size: Size) -> None:
    """Write all of it, and let the database know its tables."""
    values = vars(size) | {"paragraphs": PARAGRAPHS, "first": size.comments * 7 // 10}
    values["replies"] = size.comments - values["first"]
    with engine.begin() as connection:
        connection.exec_driver_sql("SELECT setseed(0.5)")
        _write_paragraphs(connection)
        for name, statements in STEPS.items():
            begin = time.monotonic()
            for statement in statements:
                connection.execute(sa.text(statement), values)
            print(f"filled {name} in {time.monotonic() - begin:.0f} s", flush=True)
        for table in SEQUENCES:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        connection.exec_driver_sql("SELECT setval('ab_user_id_seq', max(id)) FROM ab_user")
        connection.exec_driver_sql("DROP TABLE bench_paragraph")


def _write_paragraphs(connection: sa.Connection) -> None:
    """Words that nobody knows, some of them far more common than others."""
    source = random.Random(SEED)  # noqa: S311 (words, no secrets)
    words = ["".join(source.choices(SYLLABLES, k=source.randint(2, 4))) for _each in range(WORDS)]
    weights = [1 / (place + 10) for place in range(WORDS)]
    connection.exec_driver_sql("CREATE TABLE bench_paragraph (id bigint PRIMARY KEY, text text)")
    rows = [
        {"id": number, "text": " ".join(source.choices(words, weights, k=WORDS_OF_PARAGRAPH))}
        for number in range(PARAGRAPHS)
    ]
    connection.execute(sa.text("INSERT INTO bench_paragraph VALUES (:id, :text)"), rows)
