"""A published post, the people around it, and a client for each."""

from __future__ import annotations

import pytest

from tests.factories.blog import make_published_post
from tests.factories.people import make_person

ROLES = {"author": "Blog Author", "editor": "Blog Editor", "moderator": "Blog Moderator"}


@pytest.fixture
def people(db_session):
    """One person of each role of the blog, and somebody without any."""
    found = {name: make_person(f"content-{name}", role) for name, role in ROLES.items()}
    return found | {"nobody": make_person("content-nobody")}


@pytest.fixture
def post(people):
    """A post that everybody may read and comment on."""
    return make_published_post(people["author"], title="Twelve bridges")


@pytest.fixture
def clients(app, people, login):
    """A signed-in client for each person, and one for a visitor."""
    found = {name: login(app.test_client(), person) for name, person in people.items()}
    return found | {"visitor": app.test_client()}


@pytest.fixture
def cast_less_post():
    """`cast_less_post(app)` adds a published post to an application of one's own."""

    def add(app):
        with app.app_context():
            post = make_published_post(make_person("content-author", "Blog Author"))
            return app, post.id

    return add
