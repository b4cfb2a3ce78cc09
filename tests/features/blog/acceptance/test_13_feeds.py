"""Feeds and map are well-formed, complete, and without what was taken back."""

import datetime
from xml.etree import ElementTree

import pytest

from app.core.clock import now
from app.extensions import db
from app.features.blog.models import PostStatus

pytestmark = pytest.mark.both_databases

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer, ElementTree.fromstring(answer.data)


def check_atom(root):
    """What RFC 4287 demands of a feed and of its entries."""
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert element.findtext(f"{ATOM}id")
        assert datetime.datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo
        assert element.findtext(f"{ATOM}author/{ATOM}name")
        alternates = [link for link in element.findall(f"{ATOM}link") if link.get("rel") != "self"]
        assert [link.get("rel") for link in alternates] == ["alternate"]
        assert alternates[0].get("href").startswith("http")
    identifiers = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(set(identifiers)) == len(identifiers)
    assert all(":" in identifier for identifier in identifiers)


@pytest.mark.parametrize("path", ["/blog/feed.xml", "/blog/tag/fog/feed.xml"])
def test_a_feed_has_what_the_standard_demands(blog, client, path):
    answer, root = read(client, path)

    check_atom(root)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert root.find(f"{ATOM}link[@rel='self']").get("href").endswith(path)
    assert root.findall(f"{ATOM}entry")


def test_the_feed_holds_the_text_of_posts_as_html(blog, client):
    blog.posts[0].title = "Bread & <butter>"
    blog.posts[0].body = "<p>Salt &amp; more \x0b of it</p>"
    db.session.commit()
    _answer, root = read(client, "/blog/feed.xml")
    entry = root.find(f"{ATOM}entry")

    assert entry.findtext(f"{ATOM}title") == "Bread & <butter>"
    assert entry.find(f"{ATOM}content").get("type") == "html"
    assert entry.findtext(f"{ATOM}content").startswith("<p>Salt &amp; more")


def test_the_map_has_every_page_that_can_be_found(blog, client):
    _answer, root = read(client, "/blog/sitemap.xml")
    found = [place.text for place in root.iter(f"{MAP}loc")]

    assert root.tag == f"{MAP}urlset"
    assert len(set(found)) == len(found) >= len(blog.posts) + 4
    for path in ("/blog/", "/blog/post-13", "/blog/tag/fog", "/blog/author/ines-prado"):
        assert sum(address.endswith(path) for address in found) == 1
    assert (
        f"Sitemap: {found[0].removesuffix('/blog/')}/blog/sitemap.xml"
        in client.get("/robots.txt").text
    )


@pytest.mark.parametrize(
    "change",
    [
        {"status": PostStatus.ARCHIVED},
        {"expires_at": now() - datetime.timedelta(minutes=1)},
    ],
    ids=["archived", "expired"],
)
def test_a_post_that_was_taken_back_is_gone_and_in_no_feed(blog, client, db_session, change):
    paths = ("/blog/feed.xml", "/blog/sitemap.xml", "/blog/", "/blog/tag/garden")
    assert all("/post-2" in client.get(path).text for path in paths)

    for name, value in change.items():
        setattr(blog.posts[1], name, value)
    db_session.commit()

    gone = client.get("/blog/post-2")
    assert gone.status_code == 410
    assert "No longer here" in gone.text
    for path in paths:
        assert '/post-2"' not in client.get(path).text
        assert "/post-2<" not in client.get(path).text
