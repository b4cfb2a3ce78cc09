"""The address of the site leads to the blog, whose first page has the newest ten posts."""

import re

import pytest

pytestmark = pytest.mark.both_databases


def titles(page):
    return re.findall(r"<article.*?<h2[^>]*><a[^>]*>([^<]+)</a>", page.text, re.S)


def test_the_home_shows_ten_posts_and_the_newest_first(blog, client):
    start, home = client.get("/"), client.get("/blog/")

    assert (start.status_code, start.location) == (302, "/blog/")
    assert titles(home) == [f"Post {number}" for number in range(1, 11)]
    assert titles(client.get("/blog/page/2")) == ["Post 11", "Post 12", "Post 13"]


def test_behind_the_last_page_there_is_an_empty_list(blog, client):
    behind = client.get("/blog/page/9999")

    assert (behind.status_code, titles(behind)) == (200, [])
    assert "There are no posts here." in behind.text
    assert client.get(f"/blog/page/{10**30}").status_code == 200
