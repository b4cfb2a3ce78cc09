"""The same page in each language: its own words and dates, and no mixing in the cache."""

import pytest
from babel import Locale

from app.core.patterns.dates import date_writer

pytestmark = pytest.mark.both_databases

WORDS = {"en": "Skip to the content", "pt": "Saltar para o conteúdo"}


@pytest.mark.parametrize("path", ["/blog/", "/blog/post-3", "/blog/tag/garden"])
def test_words_and_dates_follow_the_language_and_the_cache_keeps_them_apart(blog, client, path):
    day = blog.posts[2].published_at.date()
    for _round in range(2):
        for code, words in WORDS.items():
            page = client.get(path, headers={"Accept-Language": code})
            assert f'<html lang="{code}"' in page.text
            assert words in page.text
            assert date_writer(Locale.parse(code), "long")(day) in page.text
            assert "Accept-Language" in page.headers["Vary"]


def test_a_link_asks_for_a_language_and_keeps_it_on_the_way(blog, client):
    page = client.get("/blog/?lang=pt", headers={"Accept-Language": "en"})

    assert '<html lang="pt"' in page.text
    assert 'href="/blog/post-1?lang=pt"' in page.text
    assert 'hreflang="pt" href="http' in page.text
    assert "?lang=" not in client.get("/blog/").text.partition("<main")[2].partition("</main")[0]
