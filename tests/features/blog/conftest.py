"""The people of the role table, around one draft and one published post of an author."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.features.blog.models import Post, PostRevision
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
