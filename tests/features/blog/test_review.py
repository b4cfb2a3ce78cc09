"""From a draft over a review to a published post, and who may do which step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.core.clock import now
from app.features.blog.models import PostRevision, PostStatus
from app.mail.models import MailMessage
from tests.factories.blog import make_post
from tests.factories.people import make_person

POSTS, API = "/blog/posts", "/api/v1/posts"
WRITES_ONLY = (
    *(f"{verb} Post" for verb in ("read", "add", "edit", "submit", "tag")),
    *(f"{verb} PostRevision" for verb in ("read", "restore")),
)


@pytest.fixture
def waiting(desk, db_session):
    """The draft, handed in by its author."""
    desk.clients["author"].post(f"{POSTS}/bulk/submit", data={"key": desk.draft.id})
    db_session.refresh(desk.draft)
    return desk.draft


def mails(db_session, name):
    return [row.recipient for row in db_session.query(MailMessage).filter_by(name=name)]


def test_editors_are_told_of_what_is_handed_in(desk, db_session, waiting):
    assert waiting.status is PostStatus.IN_REVIEW
    assert waiting.submitted_at is not None
    told = mails(db_session, "blog_submitted")
    assert desk.people["editor"].email in told
    assert not {desk.people[name].email for name in ("author", "colleague")} & set(told)


def test_editor_sees_what_waits_first(desk, db_session, waiting):
    page = desk.clients["editor"].get(f"{POSTS}/list/").text

    assert "1 post waits for a review." in page
    assert page.index("Bread on Monday") < page.index("Twelve bridges")
    assert "waits for a review" not in desk.clients["author"].get(f"{POSTS}/list/").text


def test_returning_asks_for_a_note_and_tells_the_author(desk, db_session, waiting):
    editor = desk.clients["editor"]
    question = editor.post(f"{POSTS}/bulk/return", data={"key": waiting.id})
    unsaid = editor.post(f"{POSTS}/bulk/return", data={"key": waiting.id, "confirmed": "1"})
    editor.post(
        f"{POSTS}/bulk/return",
        data={"key": waiting.id, "confirmed": "1", "note": "The second date is wrong."},
    )

    db_session.refresh(waiting)
    assert (question.status_code, unsaid.status_code) == (200, 422)
    assert (waiting.status, waiting.submitted_at) == (PostStatus.DRAFT, None)
    assert waiting.review_note == "The second date is wrong."
    assert mails(db_session, "blog_returned") == [desk.people["author"].email]
    assert (
        "The second date is wrong." in desk.clients["author"].get(f"{POSTS}/show/{waiting.id}").text
    )


def test_approving_publishes_and_tells_the_author(desk, db_session, waiting):
    desk.clients["editor"].post(f"{API}/{waiting.id}/publish")

    db_session.refresh(waiting)
    assert waiting.status is PostStatus.PUBLISHED
    assert (waiting.submitted_at, waiting.review_note) == (None, None)
    assert mails(db_session, "blog_approved") == [desk.people["author"].email]


def test_history_says_who_handed_in_and_who_approved(desk, waiting):
    desk.clients["editor"].post(f"{API}/{waiting.id}/publish")

    changes = desk.clients["editor"].get(f"{API}/{waiting.id}/history").text

    assert "blog-author" in changes or "Author" in changes
    assert "Published" in changes
    assert "In review" in changes


PAST = {"author": 200, "editor": 200, "colleague": 404, "moderator": 404}


@pytest.mark.parametrize(("person", "expected"), PAST.items())
def test_what_the_review_said_stays_between_author_and_editors(desk, waiting, person, expected):
    """A post that all of the desk may read was a draft once."""
    desk.clients["editor"].post(f"{API}/{waiting.id}/return", json={"note": "Too long!"})
    desk.clients["editor"].post(f"{API}/{waiting.id}/publish")
    client = desk.clients[person]

    doors = [f"{POSTS}/history/{waiting.id}", f"{API}/{waiting.id}/history"]
    answers = [client.get(door) for door in doors]
    page = client.get(f"{POSTS}/show/{waiting.id}")

    assert [answer.status_code for answer in answers] == [expected] * 2
    assert all(("Too long!" in answer.text) == (expected == 200) for answer in answers)
    assert ('id="history"' in page.text) == (expected == 200)


@pytest.fixture
def contributor(desk, app, login, db_session):
    """Somebody who writes and may not publish, with their client."""
    security = app.appbuilder.sm
    role = security.add_role("Contributor")
    pairs = [right.split() for right in WRITES_ONLY]
    role.permissions = [
        security.find_permission_view_menu(f"can_{verb}", subject) for verb, subject in pairs
    ]
    db_session.commit()
    person = make_person("contributor", role.name)
    return person, login(app.test_client(), person)


def test_writer_without_the_right_to_publish_can_only_hand_in(contributor):
    _person, client = contributor
    key = client.post(f"{API}/", json={"title": "Mine", "body": "<p>Text.</p>"}).json["id"]

    statuses = [
        client.post(f"{API}/{key}/{verb}", json={"publish_at": "2030-01-01T09:00:00Z"}).status_code
        for verb in ("publish", "schedule", "archive", "return")
    ]
    done = client.post(f"{API}/{key}/submit")

    assert statuses == [403, 403, 403, 403]
    assert done.status_code == 200


@pytest.mark.parametrize(
    ("status", "expected"),
    [("draft", 200), ("review", 200), ("scheduled", 403), ("published", 403), ("archived", 200)],
)
def test_what_was_approved_is_not_changed_without_the_right_to_publish(
    desk, db_session, contributor, status, expected
):
    person, client = contributor
    moment = {"published_at": now(), "publish_at": now() + timedelta(days=1)}
    post = make_post(person, "Mine", status=PostStatus(status), **moment)
    revision = db_session.query(PostRevision).filter_by(post_id=post.id).one()

    answers = [
        client.patch(f"{API}/{post.id}", json={"body": "<p>Bad words.</p>"}),
        client.patch(f"{API}/{post.id}", json={"publish_at": "2026-01-01T00:00:00Z"}),
        client.post(f"{API}/{post.id}/tag", json={"names": "bread"}),
        client.post(f"/api/v1/post-revisions/{revision.id}/restore"),
    ]

    assert [answer.status_code for answer in answers] == [expected] * 4


STEPS = [
    ("submit", "draft", None, (200, 404, 200, 403, 403)),
    ("return", "draft", {"note": "Why?"}, (403, 403, 200, 403, 403)),
    ("tag", "post", {"names": "bread"}, (200, 403, 200, 403, 403)),
    ("translate", "post", {"locale": "pt"}, (200, 200, 200, 403, 403)),
    ("share", "draft", {"days": 3}, (200, 404, 200, 403, 403)),
    ("unshare", "draft", None, (200, 404, 200, 403, 403)),
]
PEOPLE = ("author", "colleague", "editor", "moderator", "nobody")


@pytest.mark.parametrize(
    ("verb", "post", "sent", "person", "expected"),
    [
        pytest.param(verb, post, sent, person, status, id=f"{verb} {person}")
        for verb, post, sent, row in STEPS
        for person, status in zip(PEOPLE, row, strict=True)
    ],
)
def test_each_operation_asks_for_its_right(desk, verb, post, sent, person, expected):
    key = getattr(desk, post).id

    response = desk.clients[person].post(f"{API}/{key}/{verb}", json=sent)

    assert response.status_code == expected
