"""The demo tags: a few that many posts have, and many that few have."""

from collections.abc import Sequence
from random import Random
from typing import Any

from sqlalchemy import insert, inspect

from app.content.tags import Tag, tags_named
from app.content.tags.models import folded
from app.core.slugs import slug_of
from app.extensions import db
from app.features.blog.models import Post
from app.features.blog.seed.writing import add_rows

NAMES = (
    "Walks",
    "Repairs",
    "Bread",
    "Archive",
    "Maps",
    "Workshop",
    "Garden",
    "Night",
    "Harbour",
    "Photography",
    "Straßenbahn",
    "Handwerk",
    "Nahrungsmittelzubereitung",
    "Wetter",
    "Γειτονιά",
    "Θάλασσα",
    "Λέξεις",
    "Κουζίνα",
    "São Tomé",
    "日本の本",
)
SLUG_LENGTH = 100


def add_tags(posts: Sequence[dict[str, Any]], factor: int, random: Random) -> None:
    """Add the tags, and give each post one to four of them."""
    keys = [tag.id for tag in tags_named(NAMES)] + _add_numbered(factor)
    weights = [1 / (place + 2) for place in range(len(keys))]
    rows = []
    for post in posts:
        chosen = dict.fromkeys(random.choices(keys, weights, k=random.randint(1, 4)))
        rows += [
            {"post_id": post["id"], "tag_id": key, "created_at": post["created_at"]}
            for key in chosen
        ]
    db.session.execute(insert(inspect(Post).relationships["tags"].secondary), rows)


def _add_numbered(factor: int) -> list[int]:
    """For a larger demo, the same names with numbers behind them."""
    names = [f"{name} {number}" for number in range(2, factor + 1) for name in NAMES]
    rows: list[dict[str, Any]] = [
        {"name": name, "folded": folded(name), "slug": slug_of(name, SLUG_LENGTH, "tag")}
        for name in names
    ]
    if rows:
        add_rows(Tag, rows)
    return [row["id"] for row in rows]
