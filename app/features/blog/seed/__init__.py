"""A demo blog in three languages: the same rows every time, and nothing the second time."""

from random import Random

from sqlalchemy import select

from app.extensions import db
from app.features.blog.desk.slugs import slug_of
from app.features.blog.models import Post
from app.features.blog.seed.articles import ARTICLES
from app.features.blog.seed.comments import add_comments
from app.features.blog.seed.people import AUTHORS, add_people
from app.features.blog.seed.posts import add_posts
from app.features.blog.seed.readers import add_digest, add_reminders, add_subscribers
from app.features.blog.seed.revisions import add_revisions
from app.features.blog.seed.tags import add_tags

FACTORS = {"small": 1, "medium": 10, "large": 100}


def seed(size: str) -> None:
    """Write the rows, unless the first post is there already."""
    first = slug_of(ARTICLES["en"].partition("|")[0])
    if db.session.scalar(select(Post.id).where(Post.slug == first)) is not None:
        return
    factor, random = FACTORS[size], Random("blog")
    people = add_people()
    posts = add_posts(factor, [person.id for person in people[:AUTHORS]], random)
    add_revisions(posts, random)
    add_tags(posts, factor, random)
    add_comments(posts, factor, people, random)
    add_subscribers(factor)
    add_digest(posts)
    add_reminders(people[:AUTHORS])
    db.session.commit()
