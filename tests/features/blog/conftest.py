"""The people of the role table, around one draft and one published post of an author."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from flask_appbuilder.security.sqla.models import User

from app.content.tags.operations import tags_named
from app.core.clock import now
from app.extensions import db
from app.features.blog.models import AuthorProfile, Post, PostKind, PostRevision
from tests.factories.blog import make_post, make_published_post
from tests.factories.people import make_person

ROLES = {
    "author": "Blog Author",
    "colleague": "Blog Author",
    "editor": "Blog Editor",
    "moderator": "Blog Moderator",
}


@dataclass(frozen=True)
class Desk:
    """Two posts of the author, and everybody's client."""

    draft: Post
    post: Post
    revision: PostRevision
    people: dict
    clients: dict

    def path(self, template: str) -> str:
        """The template with the keys of the scene in it."""
        return template.format(draft=self.draft.id, post=self.post.id, revision=self.revision.id)


@pytest.fixture
def desk(app, db_session, cast, login):
    """The posts, and clients by the name of the part that each person plays."""
    people = {name: make_person(f"blog-{name}", role) for name, role in ROLES.items()}
    draft = make_post(people["author"], "Bread on Monday")
    post = make_published_post(people["author"], title="Twelve bridges")
    revision = db_session.query(PostRevision).filter_by(post_id=draft.id).one()
    people |= {"nobody": cast.stranger, "chief": cast.admin}
    clients = {name: login(app.test_client(), person) for name, person in people.items()}
    clients["visitor"] = app.test_client()
    return Desk(draft, post, revision, people, clients)


def outcome(response) -> int | str:
    """The status, or "login" where a visitor is sent to log in."""
    is_redirect = response.status_code in (302, 303)
    return "login" if is_redirect and "/login" in response.location else response.status_code


# A small blog: an author with a page, and a public post for each day before today


POSTS = 13


@dataclass(frozen=True)
class Blog:
    """The author, their page, and the posts from the newest to the oldest."""

    author: User
    profile: AuthorProfile
    posts: list[Post]


@pytest.fixture
def blog(app, db_session, cast):
    """Thirteen public posts: the newest is called “Post 1”."""
    author = make_person("blog-writer", "Blog Author")
    profile = AuthorProfile(
        user_id=author.id,
        display_name="Ines Prado",
        slug="ines-prado",
        bio="<p>Writes about gardens, and about fog.</p>",
    )
    db.session.add(profile)
    garden, fog = tags_named(["Garden", "Fog"])
    posts = [
        make_published_post(
            author,
            title=f"Post {number}",
            body=f"<p>Words of number {number}, and a Walnut{number}.</p>",
            published_at=now() - datetime.timedelta(days=number),
            tags=[garden] if number % 2 else [garden, fog],
            locale="en",
            **_kind(number),
        )
        for number in range(1, POSTS + 1)
    ]
    return Blog(author, profile, posts)


def _kind(number):
    if number == 3:
        return {"kind": PostKind.QUOTE, "quote": "Less is enough.", "quote_source": "A friend"}
    if number == 4:
        return {"kind": PostKind.VIDEO, "youtube_id": "dQw4w9WgXcQ"}
    return {}
