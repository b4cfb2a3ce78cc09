"""The table of roles in the specification of the blog: one test for each cell, over HTTP."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app.content.comments import Comment, CommentState
from app.content.tags import Tag, tags_named
from app.core.clock import now
from app.features.blog.models import Post, PostRevision, PostStatus
from app.features.blog.newsletter.models import Reminder, Subscriber
from tests.factories.blog import make_post, make_published_post
from tests.factories.people import make_person
from tests.features.blog.conftest import ROLES, outcome

PEOPLE = ("visitor", "nobody", "author", "colleague", "editor", "moderator")
"""Nobody has signed in and holds no role; the posts and the reminder are the author's."""
TITLE = "Twelve bridges"
POSTS, API = "/blog/posts", "/api/v1/posts"
TEXT = {"title": "New title", "kind": "text", "body": "<p>New</p>"}
COMMENT = {"name": "Rui", "email": "rui@readers.example", "text": "Well said."}
PUBLISH = {"key": "{draft}", "confirmed": "1"}
REMINDER = {"text": "Ask", "due_at": "2027-01-01T09:00:00+00:00", "email": "a@people.example"}

ALL = (200, 200, 200, 200, 200, 200)
ALL_AT_THE_DESK = ("login", 403, 200, 200, 200, 200)
"""What everybody may read opens no screen of the desk; a role of the blog does."""
AUTHORS_OWN = (401, 403, 200, 403, 200, 403)
"""What a post lets be done that everybody can read."""
OWN = (404, 404, 200, 404, 200, 404)
"""What only those see whose it is, and the editors."""
EDITORS = (401, 403, 403, 403, 200, 403)
MODERATORS = (401, 403, 403, 403, 200, 200)

RESOURCES = [
    # read published post, feed, search
    ("GET", f"{API}/{{post}}", None, ALL),
    ("GET", f"{API}/?q=bridges", None, ALL),
    ("GET", "/api/v1/comments/{approved}", None, ALL),
    ("GET", "/api/v1/tags/{tag}", None, ALL),
    # read draft, scheduled, archived post
    ("GET", f"{API}/{{draft}}", None, OWN),
    ("GET", f"{API}/{{scheduled}}", None, OWN),
    ("GET", f"{API}/{{archived}}", None, OWN),
    # add post, edit post
    ("POST", f"{API}/", TEXT, (401, 403, 201, 201, 201, 403)),
    ("PATCH", f"{API}/{{post}}", {"title": "New"}, AUTHORS_OWN),
    ("PUT", f"{API}/{{post}}", TEXT, AUTHORS_OWN),
    ("PATCH", f"{API}/{{draft}}", {"title": "New"}, (401, 403, 200, 404, 200, 403)),
    # publish, schedule, archive
    ("POST", f"{API}/{{draft}}/publish", None, (401, 403, 200, 404, 200, 403)),
    (
        "POST",
        f"{API}/{{draft}}/schedule",
        {"publish_at": "2036-01-01T09:00:00+00:00"},
        (401, 403, 200, 404, 200, 403),
    ),
    ("POST", f"{API}/{{post}}/archive", None, AUTHORS_OWN),
    # delete post
    ("DELETE", f"{API}/{{draft}}", None, (401, 403, 204, 404, 204, 403)),
    ("DELETE", f"{API}/{{post}}", None, (401, 403, 403, 403, 204, 403)),
    # restore revision
    ("POST", "/api/v1/post-revisions/{revision}/restore", None, (401, 403, 200, 404, 200, 403)),
    # comment
    ("POST", f"{API}/{{post}}/comments", COMMENT, (201, 201, 201, 201, 201, 201)),
    # approve, reject, mark spam, delete comment
    ("POST", "/api/v1/comments/{pending}/approve", None, MODERATORS),
    ("POST", "/api/v1/comments/{pending}/reject", None, MODERATORS),
    ("POST", "/api/v1/comments/{pending}/spam", None, MODERATORS),
    ("DELETE", "/api/v1/comments/{pending}", None, (401, 403, 403, 403, 204, 204)),
    # manage tags
    ("POST", "/api/v1/tags/", {"name": "Brand new"}, (401, 403, 201, 201, 201, 403)),
    ("PATCH", "/api/v1/tags/{tag}", {"name": "Renamed"}, EDITORS),
    ("DELETE", "/api/v1/tags/{tag}", None, (401, 403, 403, 403, 204, 403)),
    # read, delete subscribers
    ("GET", "/api/v1/subscribers/", None, EDITORS),
    ("DELETE", "/api/v1/subscribers/{subscriber}", None, (401, 403, 403, 403, 204, 403)),
    # reminders
    ("POST", "/api/v1/reminders/", REMINDER, (401, 403, 201, 201, 201, 403)),
    ("GET", "/api/v1/reminders/{reminder}", None, (401, 403, 200, 404, 200, 403)),
    ("PATCH", "/api/v1/reminders/{reminder}", {"text": "New"}, (401, 403, 200, 404, 200, 403)),
    ("DELETE", "/api/v1/reminders/{reminder}", None, (401, 403, 204, 404, 204, 403)),
]
SCREENS = [
    # read published post, feed, search
    ("GET", "/blog/{slug}", None, ALL),
    ("GET", "/blog/feed.xml", None, ALL),
    ("GET", "/blog/search?q=bridges", None, ALL),
    ("GET", f"{POSTS}/show/{{post}}", None, ALL_AT_THE_DESK),
    # read draft, scheduled, archived post
    ("GET", f"{POSTS}/show/{{draft}}", None, ("login", 403, 200, 404, 200, 404)),
    ("GET", f"{POSTS}/show/{{scheduled}}", None, ("login", 403, 200, 404, 200, 404)),
    ("GET", f"{POSTS}/show/{{archived}}", None, ("login", 403, 200, 404, 200, 404)),
    # add post, edit post
    ("POST", f"{POSTS}/add", TEXT, ("login", 403, 302, 302, 302, 403)),
    ("POST", f"{POSTS}/edit/{{post}}", TEXT, ("login", 403, 302, 403, 302, 403)),
    ("POST", f"{POSTS}/edit/{{draft}}", TEXT, ("login", 403, 302, 404, 302, 403)),
    # publish, schedule, archive: what is not one's own is passed over
    ("POST", f"{POSTS}/bulk/publish", PUBLISH, ("login", 403, 302, 302, 302, 403)),
    ("POST", f"{POSTS}/bulk/archive", {"key": "{post}"}, ("login", 403, 302, 302, 302, 403)),
    # delete post
    ("POST", f"{POSTS}/delete/{{draft}}", None, ("login", 403, 302, 404, 302, 403)),
    ("POST", f"{POSTS}/delete/{{post}}", None, ("login", 403, 403, 403, 302, 403)),
    # restore revision
    (
        "GET",
        "/blog/post-revisions/show/{revision}",
        None,
        ("login", 403, 200, 404, 200, 403),
    ),
    # approve, reject, mark spam, delete comment
    ("GET", "/content/comments/list/", None, ALL_AT_THE_DESK),
    (
        "POST",
        "/content/comments/bulk/approve",
        {"key": "{pending}"},
        ("login", 403, 403, 403, 302, 302),
    ),
    (
        "POST",
        "/content/comments/bulk/spam",
        {"key": "{pending}"},
        ("login", 403, 403, 403, 302, 302),
    ),
    ("POST", "/content/comments/delete/{pending}", None, ("login", 403, 403, 403, 302, 302)),
    # manage tags
    ("POST", "/content/tags/edit/{tag}", {"name": "New"}, ("login", 403, 403, 403, 302, 403)),
    # read, export, delete subscribers; send digest now
    ("GET", "/blog/subscribers/list/", None, ("login", 403, 403, 403, 200, 403)),
    ("GET", "/blog/subscribers/export/csv", None, ("login", 403, 403, 403, 200, 403)),
    ("POST", "/blog/subscribers/delete/{subscriber}", None, ("login", 403, 403, 403, 302, 403)),
    ("POST", "/blog/digests/bulk/send", None, ("login", 403, 403, 403, 302, 403)),
    # reminders
    ("GET", "/blog/reminders/list/", None, ("login", 403, 200, 200, 200, 403)),
    ("GET", "/blog/reminders/edit/{reminder}", None, ("login", 403, 200, 404, 200, 403)),
    ("POST", "/blog/reminders/delete/{reminder}", None, ("login", 403, 302, 404, 302, 403)),
]


@dataclass(frozen=True)
class Scene:
    """The rows that the table is about, by the names that stand in its addresses."""

    keys: dict[str, object]
    people: Callable
    sign_in: Callable

    def ask(self, person, method, path, sent):
        """What somebody is answered."""
        filled = path.format(**self.keys)
        values = {name: text.format(**self.keys) for name, text in (sent or {}).items()}
        as_json = {"json": values} if sent is not None else {}
        data = as_json if filled.startswith("/api/") else {"data": values}
        return self.sign_in(person).open(filled, method=method, **data)


@pytest.fixture
def scene(app, db_session, cast, login):
    @functools.cache
    def people(name):
        if name in ROLES:
            return make_person(f"blog-{name}", ROLES[name])
        return {"nobody": cast.stranger, "chief": cast.admin}[name]

    def sign_in(name):
        return app.test_client() if name == "visitor" else login(app.test_client(), people(name))

    author = people("author")
    draft, post = make_post(author, "Bread on Monday"), make_published_post(author, title=TITLE)
    later = now() + datetime.timedelta(days=2)
    scheduled = make_post(author, "Later", status=PostStatus.SCHEDULED, publish_at=later)
    archived = make_published_post(author, title="Gone", status=PostStatus.ARCHIVED)
    comments = {
        state: Comment(
            name="Ana",
            email="ana@readers.example",
            text=f"{state}?",
            state=state,
            post_id=post.id,
        )
        for state in (CommentState.PENDING, CommentState.APPROVED)
    }
    tag = tags_named(["Unused"])[0]
    subscriber = Subscriber(email="s@readers.example", locale="en")
    reminder = Reminder(owner=author, email=author.email, text="Ask", due_at=later)
    db_session.add_all([*comments.values(), subscriber, reminder])
    db_session.commit()
    rows = {
        "post": post,
        "draft": draft,
        "revision": db_session.query(PostRevision).filter_by(post_id=draft.id).one(),
        "scheduled": scheduled,
        "archived": archived,
        "pending": comments[CommentState.PENDING],
        "approved": comments[CommentState.APPROVED],
        "tag": tag,
        "subscriber": subscriber,
        "reminder": reminder,
    }
    keys = {name: row.id for name, row in rows.items()} | {"slug": post.slug}
    return Scene(keys, people, sign_in)


def cells(table):
    """One test for each cell of a table."""
    return [
        pytest.param(method, path, sent, person, expected, id=f"{method} {path} {person}")
        for method, path, sent, row in table
        for person, expected in zip(PEOPLE, row, strict=True)
    ]


@pytest.mark.parametrize(("method", "path", "sent", "person", "expected"), cells(RESOURCES))
def test_resource_follows_role_table(scene, method, path, sent, person, expected):
    answer = scene.ask(person, method, path, sent)

    assert answer.status_code == expected, answer.text


@pytest.mark.parametrize(("method", "path", "sent", "person", "expected"), cells(SCREENS))
def test_screen_follows_role_table(scene, method, path, sent, person, expected):
    assert outcome(scene.ask(person, method, path, sent)) == expected


@pytest.mark.parametrize(
    ("person", "state"),
    [
        ("visitor", "pending"),
        ("nobody", "pending"),
        ("author", "approved"),
        ("colleague", "approved"),
        ("editor", "approved"),
        ("moderator", "approved"),
    ],
)
def test_only_comments_of_those_with_a_role_of_the_blog_are_shown_at_once(
    scene, db_session, person, state
):
    scene.ask(person, "POST", f"{API}/{{post}}/comments", COMMENT)

    assert db_session.query(Comment).filter_by(text=COMMENT["text"]).one().state == state


@pytest.mark.parametrize(("person", "status"), [("author", 422), ("editor", 200)])
def test_only_an_editor_gives_a_post_to_another_author(scene, db_session, person, status):
    """Whom to choose from, a picker of users tells; that takes the right to read users, too."""
    colleague = scene.people("colleague").id
    chief = "chief" if person == "editor" else person

    answer = scene.ask(chief, "PATCH", f"{API}/{{post}}", {"author": str(colleague)})

    assert answer.status_code == status
    db_session.expire_all()
    assert (db_session.get(Post, scene.keys["post"]).author_id == colleague) is (status == 200)


@pytest.mark.parametrize("person", ["colleague", "moderator", "nobody", "visitor"])
def test_what_is_not_published_is_listed_for_nobody_else(scene, person):
    answer = scene.ask(person, "GET", f"{API}/?columns=title", None)

    assert [row["title"] for row in answer.json["result"]] == [TITLE]


def test_bulk_passes_over_what_is_not_ones_own(scene, db_session):
    scene.ask("colleague", "POST", f"{POSTS}/bulk/publish", {"key": "{draft}"})
    scene.ask("colleague", "POST", f"{POSTS}/bulk/archive", {"key": "{post}"})

    states = {p.id: p.status for p in db_session.query(Post)}
    assert states[scene.keys["draft"]] == "draft"
    assert states[scene.keys["post"]] == "published"


def test_a_tag_in_use_is_not_the_authors_to_rename(scene, db_session):
    scene.ask("author", "PATCH", "/api/v1/tags/{tag}", {"name": "Mine"})

    assert db_session.query(Tag).filter_by(id=scene.keys["tag"]).one().name == "Unused"
