"""Who may do what at the editorial desk, on screens and over REST."""

from __future__ import annotations

import pytest

from app.features.blog.models import AuthorProfile, Post
from app.features.blog.newsletter.models import Reminder, Subscriber

POSTS, API = "/blog/posts", "/api/v1/posts"
TEXT = {"title": "New title", "kind": "text", "body": "<p>New</p>"}


@pytest.mark.parametrize("person", ["colleague", "moderator"])
@pytest.mark.parametrize("path", [f"{POSTS}/list/", f"{POSTS}/list/?q=monday", f"{API}/"])
def test_foreign_draft_is_not_listed(desk, person, path):
    response = desk.clients[person].get(path)

    assert response.status_code == 200
    assert "Bread on Monday" not in response.text


def test_author_keeps_moment_of_publication(desk, db_session):
    """Acceptance check 2: the author succeeds and published_at is unchanged."""
    before = desk.post.published_at

    desk.clients["author"].post(f"{POSTS}/edit/{desk.post.id}", data=TEXT)

    db_session.refresh(desk.post)
    assert (desk.post.title, desk.post.published_at) == ("New title", before)


@pytest.mark.parametrize(("person", "status"), [("author", 422), ("chief", 200)])
def test_only_editor_changes_author(desk, person, status):
    """A picker asks for the right to read what it picks from, so the chief may read users too."""
    sent = {"author": str(desk.people["colleague"].id)}

    response = desk.clients[person].patch(f"{API}/{desk.post.id}", json=sent)

    assert response.status_code == status


def test_new_post_belongs_to_its_writer(desk, db_session):
    desk.clients["colleague"].post(f"{API}/", json=TEXT)

    added = db_session.query(Post).filter_by(title="New title").one()
    assert added.author_id == desk.people["colleague"].id
    assert added.slug == "new-title"


@pytest.mark.parametrize(
    "send",
    [
        lambda client, body: client.post(f"{POSTS}/add", data={**TEXT, "body": body}),
        lambda client, body: client.post(f"{API}/", json={**TEXT, "body": body}),
    ],
    ids=["form", "api"],
)
def test_body_is_sanitised(desk, db_session, send):
    """Acceptance check 4: markup that runs is gone, whichever way it came."""
    send(
        desk.clients["author"],
        '<p onclick="x()">Hi<script>x()</script><img src="a.png" onerror="x()"></p>',
    )

    body = db_session.query(Post).filter_by(title="New title").one().body
    assert "Hi" in body
    assert "script" not in body
    assert "onerror" not in body
    assert "onclick" not in body


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("kind", "field"),
    [("text", "body"), ("image", "image_alt"), ("video", "youtube_id"), ("quote", "quote")],
)
def test_kind_needs_its_field(desk, kind, field):
    """Acceptance check 5: the form of a kind refuses a post without what makes it one."""
    response = desk.clients["author"].post(f"{API}/", json={"title": "New", "kind": kind})

    assert response.status_code == 422
    assert response.json["code"] == "post_incomplete"
    assert list(response.json["errors"]) == [field]


def test_form_shows_what_the_kind_needs(desk):
    response = desk.clients["author"].post(f"{POSTS}/add", data={"title": "New", "kind": "video"})

    assert response.status_code == 422
    assert 'id="youtube_id-error"' in response.text
    assert 'value="New"' in response.text


@pytest.mark.parametrize(
    "address",
    [
        "aqz-KE-bpKQ",
        "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        "https://www.youtube.com/watch?list=PL1&v=aqz-KE-bpKQ&t=10s",
        "https://youtu.be/aqz-KE-bpKQ?t=5",
        "youtube.com/embed/aqz-KE-bpKQ",
        "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ",
        "https://m.youtube.com/shorts/aqz-KE-bpKQ",
    ],
)
def test_video_address_is_reduced(desk, db_session, address):
    """Acceptance check 5: a full video address is accepted."""
    desk.clients["author"].post(
        f"{POSTS}/add", data={"title": "Film", "kind": "video", "youtube_id": address}
    )

    assert db_session.query(Post).filter_by(title="Film").one().youtube_id == "aqz-KE-bpKQ"


@pytest.mark.parametrize(
    "address",
    ["https://example.org/watch?v=aqz-KE-bpKQ", "aqz-KE-bpK", "aqz-KE-bpKQQ", "aqz KE bpKQ"],
)
def test_other_address_is_refused(desk, address):
    sent = {"title": "Film", "kind": "video", "youtube_id": address}

    response = desk.clients["author"].post(f"{API}/", json=sent)

    assert response.status_code == 422
    assert list(response.json["errors"]) == ["youtube_id"]


def test_missing_title_is_named(desk):
    """Acceptance check 10."""
    response = desk.clients["author"].post(f"{API}/", json={"body": "<p>Text</p>"})

    assert response.status_code == 422
    assert "title" in response.json["errors"]


def test_second_editor_is_told(desk):
    """The second of two saves gets 409 and nothing is lost."""
    path = f"{POSTS}/edit/{desk.draft.id}"
    desk.clients["author"].post(path, data={**TEXT, "_version": "1"})

    response = desk.clients["editor"].post(path, data={**TEXT, "title": "Mine", "_version": "1"})

    assert response.status_code == 409
    assert "Mine" in response.text


def test_refused_action_says_why(desk, db_session):
    """A refusal of an action comes back to the page it was started from, as a message."""
    client = desk.clients["author"]

    response = client.post(
        f"{POSTS}/bulk/schedule",
        data={"key": desk.draft.id, "confirmed": "1"},
        follow_redirects=True,
    )

    assert response.status_code == 200
    assert "needs a moment in the future" in response.text
    db_session.refresh(desk.draft)
    assert desk.draft.status == "draft"


def test_refused_operation_has_its_code(desk):
    response = desk.clients["author"].post(f"{API}/{desk.draft.id}/schedule")

    assert response.status_code == 409
    assert response.json["code"] == "date_in_past"


def test_token_hash_shows_nowhere(desk, db_session):
    db_session.add(Subscriber(email="a@readers.example", locale="en", token_hash="f" * 64))
    db_session.commit()
    editor = desk.clients["editor"]

    texts = [
        editor.get(path).text
        for path in (
            "/blog/subscribers/list/",
            "/blog/subscribers/export/csv",
            "/api/v1/subscribers/",
            "/api/v1/subscribers/_info",
        )
    ]

    assert all("a@readers.example" in text for text in texts[:3])
    assert not any("f" * 64 in text or "token_hash" in text for text in texts)
    assert editor.get("/api/v1/subscribers/?sort=token_hash").status_code == 400


def test_reminder_goes_to_its_owner(desk, db_session):
    sent = {"text": "Ask the archive", "due_at": "2027-01-01T09:00:00+00:00"}

    response = desk.clients["author"].post("/api/v1/reminders/", json=sent)

    assert response.status_code == 201
    reminder = db_session.query(Reminder).one()
    assert reminder.owner_id == desk.people["author"].id
    assert reminder.email == "blog-author@people.example"
    colleague = desk.clients["colleague"]
    assert colleague.get(f"/api/v1/reminders/{reminder.id}").status_code == 404


def test_author_edits_own_profile_only(desk, db_session):
    for name in ("author", "colleague"):
        user = desk.people[name]
        db_session.add(AuthorProfile(user=user, display_name=name.title(), slug=name))
    db_session.commit()
    keys = {row.slug: row.id for row in db_session.query(AuthorProfile)}
    client = desk.clients["author"]

    statuses = [
        client.patch(f"/api/v1/author-profiles/{keys[name]}", json={"display_name": "Pen name"})
        for name in ("author", "colleague")
    ]

    assert [response.status_code for response in statuses] == [200, 403]


def test_record_shows_what_belongs_to_it(desk):
    response = desk.clients["author"].get(f"{POSTS}/show/{desk.draft.id}")

    assert "/blog/post-revisions/list/?filter=post" in response.text
    assert "/blog/reminders/list/?filter=post" in response.text


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("path", "budget"),
    [
        (f"{POSTS}/list/", 6),
        (f"{POSTS}/show/{{post}}", 8),
        (f"{POSTS}/edit/{{post}}", 8),
        (f"{POSTS}/chart/published_at-month-kind", 4),
        ("/blog/post-revisions/list/", 6),
        ("/blog/author-profiles/list/", 6),
        ("/blog/reminders/list/", 6),
    ],
)
def test_pages_keep_to_budget(desk, statements, path, budget):
    client = desk.clients["editor"]
    client.get(desk.path(path))

    with statements() as seen:
        response = client.get(desk.path(path))

    assert response.status_code == 200
    assert len(seen) <= budget
