"""The pages are valid HTML, and tell search engines and readers' programs what they are about."""

import itertools
import json
import re

import html5lib
import pytest

PAGES = {
    "home": "/blog/",
    "second": "/blog/page/2",
    "empty": "/blog/page/99",
    "text": "/blog/post-5",
    "quote": "/blog/post-3",
    "video": "/blog/post-4",
    "tag": "/blog/tag/garden",
    "author": "/blog/author/ines-prado",
    "archive": "/blog/archive",
    "search": "/blog/search?q=post",
    "missing": "/blog/nothing-here",
    "gone": "/blog/post-13",
}
ERRORS = ("missing", "gone")
INDEXED = [name for name in PAGES if name not in (*ERRORS, "search")]


@pytest.fixture
def page(blog, client, db_session):
    """`page(name)` is the text of one of the pages, and its tree."""
    blog.posts[12].status = "archived"
    db_session.commit()

    def read(name):
        text = client.get(PAGES[name]).text
        # A strict parser raises an exception at the first thing that is not right.
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        return text, parser.parse(text)

    return read


def texts(tree, path):
    return ["".join(found.itertext()).strip() for found in tree.findall(path)]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_valid_and_can_be_found_one_s_way_in(page, name):
    text, tree = page(name)
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", text.partition("<aside")[0])]
    identifiers = re.findall(r'\bid="([^"]+)"', text)

    assert tree.get("lang") == "en"
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(set(identifiers)) == len(identifiers)
    assert all("alt" in image.attrib for image in tree.iter("img"))
    assert len(list(tree.iter("main"))) == 1
    assert not re.search(r'\s(style|on\w+)="', text)


@pytest.mark.parametrize("name", INDEXED)
def test_the_head_says_what_the_page_is(page, name):
    _text, tree = page(name)
    (title,) = texts(tree, "head/title")
    metas = {
        meta.get("name") or meta.get("property"): meta.get("content") for meta in tree.iter("meta")
    }
    links = [
        (link.get("rel"), link.get("hreflang"), link.get("href")) for link in tree.iter("link")
    ]
    canonical = [href for rel, _lang, href in links if rel == "canonical"]

    assert 5 <= len(title) <= 70
    assert 20 <= len(metas["description"]) <= 161
    assert canonical == [f"http://127.0.0.1:8080{PAGES[name]}"] == [metas["og:url"]]
    assert metas["og:title"]
    assert metas["og:site_name"]
    assert metas["twitter:card"] == "summary"
    assert {lang for rel, lang, _href in links if rel == "alternate" and lang} == {
        "en",
        "pt",
        "x-default",
    }
    assert "robots" not in metas


@pytest.mark.parametrize("name", ["search", *ERRORS])
def test_what_no_search_engine_should_list_says_so(page, name):
    _text, tree = page(name)

    robots = [meta.get("content") for meta in tree.iter("meta") if meta.get("name") == "robots"]
    assert robots
    assert robots[0].startswith("noindex")


def test_a_post_describes_itself_in_the_words_of_schema_org(page):
    _text, tree = page("text")
    kinds = {}
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json":
            found = json.loads(script.text)
            kinds[found["@type"]] = found
    posting, trail = kinds["BlogPosting"], kinds["BreadcrumbList"]

    assert posting["headline"] == "Post 5"
    assert posting["author"]["name"] == "Ines Prado"
    assert posting["author"]["url"].endswith("/blog/author/ines-prado")
    assert posting["keywords"] == ["Garden"]
    assert posting["datePublished"] <= posting["dateModified"]
    assert [item["position"] for item in trail["itemListElement"]] == [1, 2]
    assert trail["itemListElement"][1]["item"] == posting["url"]


def test_a_title_cannot_end_the_data_that_it_stands_in(page, blog, db_session):
    blog.posts[4].title = "</script><script>alert(1)</script>"
    db_session.commit()

    text, tree = page("text")

    assert "<script>alert" not in text
    assert texts(tree, ".//h1") == ["</script><script>alert(1)</script>"]


def test_translations_of_a_post_name_each_other(page, blog, client, db_session):
    original, translation = blog.posts[4], blog.posts[5]
    translation.original_id, translation.locale = original.id, "pt"
    db_session.commit()

    for path in ("/blog/post-5", "/blog/post-6"):
        found = dict(
            re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]+)"', client.get(path).text)
        )
        assert found["en"].endswith("/blog/post-5")
        assert found["pt"].endswith("/blog/post-6")


def test_the_policy_of_a_page_needs_no_nonce(client, blog):
    policy = client.get("/blog/post-4").headers["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "nonce" not in policy
    assert "frame-src https://www.youtube-nocookie.com;" in policy
