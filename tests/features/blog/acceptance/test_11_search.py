"""A reader finds a post by a word of its text, in any letter case."""

import pytest

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize("word", ["walnut7", "WALNUT7", "Walnut7", "post 7"])
def test_a_word_of_the_text_finds_the_post_in_any_letter_case(blog, client, word):
    found = client.get("/blog/search", query_string={"q": word})

    main = found.text.partition("<aside")[0]
    assert found.status_code == 200
    assert ">Post 7</a>" in main
    assert ">Post 8</a>" not in main


def test_only_public_posts_are_found(blog, client, db_session):
    blog.posts[6].status = "archived"
    db_session.commit()

    assert ">Post 7</a>" not in client.get("/blog/search?q=walnut7").text


def test_signs_that_mean_something_to_a_database_are_only_text(blog, client):
    for text in ("%", "_", "'; DROP TABLE", "a & | ! ( :*", '"', "\\", "walnut7'"):
        answer = client.get("/blog/search", query_string={"q": text})
        assert answer.status_code == 200, text


def test_a_search_that_is_too_long_says_so(blog, client):
    assert client.get("/blog/search", query_string={"q": "x" * 101}).status_code == 400
