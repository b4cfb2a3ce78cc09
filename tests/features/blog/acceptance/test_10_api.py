"""The REST API: tokens, tags by their names, errors that name the field, and what visitors may."""

from __future__ import annotations

import datetime

import pytest
from openapi_spec_validator import validate

from app.content.comments import Comment, CommentState
from app.content.tags import Tag, tags_named
from app.core.clock import now
from app.features.blog.models import AuthorProfile, Post
from tests.factories.blog import make_published_post
from tests.fixtures.people import PASSWORD

API = "/api/v1/posts/"
TEXT = {"title": "By a program", "kind": "text", "body": "<p>One &amp; <b>two</b></p>"}
COMMENT = {"name": "Rui", "email": "rui@readers.example", "text": "Well said."}

pytestmark = pytest.mark.both_databases


@pytest.fixture
def caller(desk, app):
    """`caller("author")` makes calls with a token, `caller()` with none."""

    def call(name: str | None = None):
        client = app.test_client()
        if name is not None:
            sent = {"username": desk.people[name].username, "password": PASSWORD}
            token = client.post("/api/v1/security/login", json=sent).json["access_token"]
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return call


@pytest.fixture
def public_scene(desk, db_session):
    """A published post with two tags, a byline and a comment in each state."""
    author = desk.people["author"]
    profile = AuthorProfile(user=author, display_name="Ines Pen", slug="ines-pen")
    desk.post.tags = tags_named(["Bread", "Harbour"])
    desk.post.body = "<p>One &amp; <b>two</b></p>"
    comments = [
        Comment(
            name="Ana", email="ana@readers.example", text=f"{s}!", state=s, post_id=desk.post.id
        )
        for s in CommentState
    ]
    db_session.add_all([profile, *comments])
    make_published_post(desk.people["colleague"], title="Other", kind="quote", quote="Q", body=None)
    db_session.commit()
    return desk


# Acceptance check 10


def test_without_a_token_nothing_is_added(caller):
    answer = caller().post(API, json=TEXT)

    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")


def test_with_a_token_a_post_gets_tags_that_did_not_exist(caller, desk, db_session):
    db_session.add_all(tags_named(["Known"]))
    db_session.commit()

    answer = caller("author").post(API, json={**TEXT, "tags": ["Fresh", "known", "Also fresh"]})

    assert answer.status_code == 201
    result = answer.json["result"]
    assert {tag["text"] for tag in result["tags"]} == {"Fresh", "Known", "Also fresh"}
    assert db_session.query(Tag).count() == 3
    made = db_session.get(Post, int(answer.json["id"]))
    assert made.author_id == desk.people["author"].id
    assert caller("author").get(answer.headers["Location"]).status_code == 200


def test_replacing_a_post_replaces_its_tags(caller, desk, db_session):
    author = caller("author")
    made = author.post(API, json={**TEXT, "tags": ["One", "Two"]}).headers["Location"]

    kept = author.patch(made, json={"title": "Changed"}).json["result"]["tags"]
    replaced = author.put(made, json={**TEXT, "tags": ["Two", "Three"]}).json["result"]["tags"]
    emptied = author.put(made, json=TEXT).json["result"]["tags"]

    assert {tag["text"] for tag in kept} == {"One", "Two"}
    assert {tag["text"] for tag in replaced} == {"Two", "Three"}
    assert emptied == []


def test_a_missing_title_is_named(caller):
    answer = caller("author").post(API, json={"body": "<p>Text</p>"})

    assert answer.status_code == 422
    assert "title" in answer.json["errors"]


def test_another_user_deletes_nothing(caller, desk, db_session):
    answer = caller("colleague").delete(f"{API}{desk.post.id}")

    assert answer.status_code == 403
    db_session.refresh(desk.post)
    assert desk.post.deleted_at is None


def test_what_does_not_exist_is_404(caller):
    assert caller("author").get(f"{API}999999").status_code == 404
    assert caller("author").post(f"{API}999999/publish").status_code == 404
    assert caller().get(f"{API}999999/comments").status_code == 404


# Reading as a visitor


def test_a_visitor_reads_published_posts_only(caller, public_scene):
    answer = caller().get(f"{API}?columns=title&sort=title")

    assert [row["title"] for row in answer.json["result"]] == ["Other", "Twelve bridges"]


def test_a_visitor_is_told_nothing_of_accounts(caller, public_scene):
    author = public_scene.people["author"]
    key = public_scene.post.id
    paths = (API, f"{API}{key}", f"{API}{key}/comments", "/api/v1/comments/", "/api/v1/tags/")
    paths += ("/api/v1/author-profiles/", f"{API}_info", "/api/v1/comments/_info")

    texts = [caller().get(path).text for path in paths]

    for text in texts:
        assert author.email not in text
        assert author.username not in text
        assert author.get_full_name() not in text
        assert "ana@readers.example" not in text
    assert "Ines Pen" in texts[1]


def test_a_visitor_sees_these_fields_of_a_post_and_no_others(caller, public_scene):
    one = caller().get(f"{API}{public_scene.post.id}").json["result"]

    assert set(one) == {
        "key",
        "id",
        "title",
        "slug",
        "kind",
        "locale",
        "byline",
        "published_at",
        "summary",
        "body",
        "image",
        "image_alt",
        "youtube_id",
        "quote",
        "quote_source",
        "tags",
        "comments_open",
    }
    assert datetime.datetime.fromisoformat(one["published_at"]) <= now()


@pytest.mark.parametrize("name", ["author", "review_note", "preview_key", "created_by"])
def test_a_hidden_field_is_no_field_to_a_visitor(caller, public_scene, name):
    for query in (f"columns={name}", f"sort={name}", f"filter={name}:filled"):
        assert caller().get(f"{API}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("author=ines-pen", ["Twelve bridges"]),
        ("tag=bread", ["Twelve bridges"]),
        ("kind=quote", ["Other"]),
        ("q=OTHER", ["Other"]),
        ("author=ines-pen&kind=quote", []),
    ],
)
def test_plain_parameters_filter(caller, public_scene, query, titles):
    answer = caller().get(f"{API}?{query}")

    assert [row["title"] for row in answer.json["result"]] == titles


@pytest.mark.parametrize("query", ["author=nobody", "tag=nothing", "kind=song"])
def test_a_value_that_does_not_exist_is_named(caller, public_scene, query):
    answer = caller().get(f"{API}?{query}")

    assert (answer.status_code, answer.json["code"]) == (400, "bad_parameter")


def test_plain_text_has_no_markup(caller, public_scene):
    answer = caller().get(f"{API}{public_scene.post.id}?text=plain")

    assert answer.json["result"]["body"] == "One & two"


# Comments


def test_a_visitor_reads_approved_comments_only(caller, public_scene):
    path = f"{API}{public_scene.post.id}/comments"

    for each in (path, "/api/v1/comments/"):
        found = caller().get(f"{each}?columns=text").json
        assert [row["text"] for row in found["result"]] == ["approved!"]


def test_a_comment_of_a_visitor_is_held_until_it_is_approved(caller, public_scene, db_session):
    path = f"{API}{public_scene.post.id}/comments"
    sent = caller().post(path, json=COMMENT)
    held = caller().get(f"{path}?columns=text").json["count"]

    approved = caller("moderator").post(f"/api/v1/comments/{sent.json['id']}/approve")

    assert (sent.status_code, sent.json["result"], held) == (201, None, 1)
    assert "waits for approval" in sent.json["message"]
    assert approved.status_code == 200
    shown = caller().get(f"{path}?columns=text&sort=-created_at").json["result"]
    assert COMMENT["text"] in {row["text"] for row in shown}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"email": "nothing"}, "email"),
        ({"text": ""}, "text"),
        ({"name": ""}, "name"),
        ({"parent": "999999"}, "parent"),
        ({"state": "approved"}, "state"),
    ],
)
def test_what_is_wrong_with_a_comment_is_named(caller, public_scene, change, name):
    answer = caller().post(f"{API}{public_scene.post.id}/comments", json=COMMENT | change)

    assert answer.status_code == 422
    assert name in answer.json["errors"]


def test_comments_of_a_visitor_are_limited_as_in_the_form(caller, public_scene, app):
    path, most = f"{API}{public_scene.post.id}/comments", app.config["BUREAU_COMMENTS_PER_HOUR"]

    statuses = [
        caller().post(path, json={**COMMENT, "text": f"Number {n}"}).status_code
        for n in range(most + 1)
    ]

    assert statuses == [201] * most + [429]


def test_no_comment_where_none_are_taken(caller, public_scene, db_session):
    public_scene.post.comments_open = False
    db_session.commit()

    answer = caller().post(f"{API}{public_scene.post.id}/comments", json=COMMENT)

    assert (answer.status_code, answer.json["code"]) == (409, "comments_closed")
    assert caller().post(f"{API}{public_scene.draft.id}/comments", json=COMMENT).status_code == 404


# Operations, and the description of it all


def test_operations_refuse_with_their_code(caller, desk):
    author = caller("author")
    past = {"publish_at": "2020-01-01T00:00:00+00:00"}

    late = author.post(f"{API}{desk.draft.id}/schedule", json=past)
    done = author.post(f"{API}{desk.draft.id}/publish")
    back = author.post(f"{API}{desk.draft.id}/archive")

    assert late.json["code"] == "date_in_past"
    assert (done.status_code, back.status_code) == (200, 200)


def test_all_of_it_is_described(caller):
    document = caller("author").get("/api/v1/_openapi").json

    validate(document)
    paths = document["paths"]
    assert set(paths[f"{API}{{pk}}/comments"]) == {"get", "post"}
    for operation in ("publish", "schedule", "archive"):
        assert "post" in paths[f"{API}{{pk}}/{operation}"]
    for operation in ("approve", "reject", "spam"):
        assert "post" in paths[f"/api/v1/comments/{{pk}}/{operation}"]
    parameters = {each["name"] for each in paths[API]["get"]["parameters"]}
    assert {"author", "tag", "kind", "q", "text"} <= parameters
