"""The second visitor's page costs no statement; an editor always gets one of their own."""

import pytest

pytestmark = pytest.mark.both_databases


def test_the_second_anonymous_request_runs_no_statement(blog, client, statements):
    first = client.get("/blog/")

    with statements() as seen:
        second = client.get("/blog/")

    assert seen == []
    assert second.text == first.text
    assert second.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in first.headers


def test_a_signed_in_editor_never_gets_a_kept_page(blog, desk, client, statements):
    path = f"/blog/{blog.posts[0].slug}"
    kept = client.get(path)

    with statements() as seen:
        own = desk.clients["editor"].get(path)

    assert any("blog_post" in statement for statement in seen)
    assert own.headers["Cache-Control"] == "no-store"
    assert f"/blog/posts/edit/{blog.posts[0].id}" in own.text
    assert f"/blog/posts/edit/{blog.posts[0].id}" not in client.get(path).text
    assert client.get(path).text == kept.text
