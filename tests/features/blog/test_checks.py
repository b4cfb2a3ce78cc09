"""What is looked at before a post is published."""

from __future__ import annotations

import pytest

from app.features.blog.models import PostStatus
from tests.factories.blog import make_post, make_published_post

POSTS, API = "/blog/posts", "/api/v1/posts"
IMAGE = "/pictures/" + "0" * 32 + "/640.webp"


@pytest.fixture
def client(desk):
    return desk.clients["author"]


def question(client, post) -> str:
    return client.post(f"{POSTS}/bulk/publish", data={"key": post.id}).text


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({}, "There is no summary"),
        ({}, "It has no tags"),
        ({"title": "Long " * 20}, "much of it will be cut"),
        ({"body": f'<p><img src="{IMAGE}" alt=""></p>'}, "says nothing to whoever cannot see it"),
        ({"body": '<p><a href="/blog/nowhere">x</a></p>'}, "/blog/nowhere leads nowhere"),
        ({"body": '<p><a href="/no/such/page">x</a></p>'}, "/no/such/page leads nowhere"),
        ({"body": f"<p>{'word ' * 7000}</p>"}, "Reading it takes 32 minutes"),
    ],
)
def test_warnings_are_listed_before_publishing(desk, client, db_session, values, warning):
    post = make_post(desk.people["author"], **values)

    assert warning in question(client, post)
    db_session.refresh(post)
    assert post.status is PostStatus.DRAFT


def test_warnings_can_be_overridden(desk, client, db_session):
    client.post(f"{POSTS}/bulk/publish", data={"key": desk.draft.id, "confirmed": "1"})

    db_session.refresh(desk.draft)
    assert desk.draft.status is PostStatus.PUBLISHED


def test_link_to_a_published_or_former_address_is_whole(desk, client, db_session):
    make_published_post(desk.people["author"], title="Here")
    body = '<p><a href="/blog/here">a</a> <a href="/blog/search?q=x">b</a></p>'
    post = make_post(desk.people["author"], "Links", body=body)

    assert "leads nowhere" not in question(client, post)


def test_link_to_a_draft_leads_nowhere(desk, client):
    body = f'<p><a href="/blog/{desk.draft.slug}">x</a></p>'

    assert "leads nowhere" in question(client, make_post(desk.people["author"], body=body))


def test_what_a_kind_lacks_refuses_publishing(desk, client):
    post = make_post(desk.people["author"], "Picture", kind="image", image_alt="A cat.")

    response = client.post(f"{API}/{post.id}/publish")

    assert response.status_code == 409
    assert response.json["code"] == "post_incomplete"
    assert "Choose the picture." in response.json["message"]


def test_record_page_lists_what_to_look_at(desk, client):
    page = client.get(f"{POSTS}/show/{desk.draft.id}").text

    assert "things to look at before it is published" in page
    assert "1 minute to read" in page
