"""Every public page takes few statements when it is made anew, and none from the cache."""

import pytest

pytestmark = pytest.mark.both_databases

PAGES = (
    "/blog/",
    "/blog/page/2",
    "/blog/post-5",
    "/blog/tag/garden",
    "/blog/author/ines-prado",
    "/blog/archive",
    "/blog/feed.xml",
    "/blog/tag/garden/feed.xml",
    "/blog/sitemap.xml",
    "/robots.txt",
)
MADE_ANEW = 8


@pytest.mark.parametrize("path", PAGES)
def test_a_page_made_anew_takes_few_statements_and_a_kept_one_none(blog, client, statements, path):
    with statements() as anew:
        made = client.get(path)
    with statements() as kept:
        again = client.get(path)

    assert made.status_code == again.status_code == 200
    assert made.text == again.text
    assert len(anew) <= MADE_ANEW
    assert kept == []
    assert "Set-Cookie" not in made.headers
