"""Author B edits author A's post by direct URL and by API: 403; A succeeds, and it stays as old."""

from __future__ import annotations

import pytest

from tests.fixtures.people import PASSWORD

TEXT = {"title": "Rewritten", "kind": "text", "body": "<p>New</p>"}


@pytest.fixture
def token(desk, app):
    """The header of somebody's token, from the platform's login endpoint."""

    def sign_in(name: str) -> dict[str, str]:
        sent = {"username": desk.people[name].username, "password": PASSWORD}
        answer = app.test_client().post("/api/v1/security/login", json=sent)
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    return sign_in


@pytest.mark.both_databases
def test_nobody_edits_the_post_of_another_author(desk, db_session, app, token):
    form = desk.clients["colleague"].post(f"/blog/posts/edit/{desk.post.id}", data=TEXT)
    call = app.test_client().patch(
        f"/api/v1/posts/{desk.post.id}", json={"title": "Mine"}, headers=token("colleague")
    )

    db_session.refresh(desk.post)
    assert (form.status_code, call.status_code) == (403, 403)
    assert desk.post.title == "Twelve bridges"


@pytest.mark.both_databases
def test_the_author_edits_and_the_moment_of_publication_stays(desk, db_session, app, token):
    before = desk.post.published_at
    form = desk.clients["author"].post(f"/blog/posts/edit/{desk.post.id}", data=TEXT)
    db_session.refresh(desk.post)
    after_form = (desk.post.title, desk.post.published_at)
    call = app.test_client().put(
        f"/api/v1/posts/{desk.post.id}",
        json={**TEXT, "title": "Rewritten twice"},
        headers=token("author"),
    )
    db_session.refresh(desk.post)

    assert (form.status_code, call.status_code) == (302, 200)
    assert after_form == ("Rewritten", before)
    assert (desk.post.title, desk.post.published_at) == ("Rewritten twice", before)


@pytest.mark.parametrize("name", ["published_at", "status"])
def test_the_moment_of_publication_is_nobodys_to_write(desk, app, token, name):
    answer = app.test_client().patch(
        f"/api/v1/posts/{desk.post.id}",
        json={name: "2020-01-01T00:00:00+00:00"},
        headers=token("author"),
    )

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [name]
