"""What visitors make up in an address reaches no page that others are given, and breaks none."""

import datetime

import pytest

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.features.blog.site import plans
from tests.factories.blog import make_published_post

LONG = "0000000019999999999999999999"


def test_what_stands_behind_an_address_is_on_no_page_that_is_kept(blog, client):
    for path in ("/blog/", "/blog/post-5", "/blog/tag/garden"):
        made = client.get(f"{path}?q=buy-pills&page=77").text
        assert "buy-pills" not in made + client.get(path).text
        assert "page=77" not in made


def test_a_search_keeps_its_words_in_other_languages(blog, client):
    assert "q=walnut5" in client.get("/blog/search?q=walnut5").text


def test_the_one_address_of_a_page_is_no_other_for_a_reader_of_another_language(blog, client):
    asked = client.get("/blog/tag/garden?lang=pt").text
    own = client.get("/blog/tag/garden", headers={"Accept-Language": "pt"}).text

    assert 'rel="canonical" href="http://127.0.0.1:8080/blog/tag/garden?lang=pt"' in asked
    assert "lang=pt" not in own.partition("<body")[2].partition("<footer")[0]
    assert '/blog/tag/garden">' in own.partition('rel="canonical"')[2].partition("\n")[0]


def test_a_month_without_posts_is_not_kept(blog, client):
    assert client.get("/blog/archive/1999/1").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("number", [LONG, "9" * 5000, "-1", "٣", "1e3"])
@pytest.mark.parametrize("path", ["/blog/search?q=post&page=", "/blog/post-5?comments="])
def test_a_number_that_is_none_is_refused(blog, client, path, number):
    assert client.get(path + number).status_code == 400


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "sign", ["%00", "%ED%A0%80", "%F0%9F%8D%9E", "%25", "_", "'", "%5C", "%22"]
)
def test_an_odd_sign_is_just_a_sign(blog, client, sign):
    found = [
        client.get(path.format(sign)).status_code
        for path in (
            "/blog/{}",
            "/blog/tag/{}",
            "/blog/tag/{}/feed.xml",
            "/blog/author/{}",
            "/blog/search?q={}",
            "/blog/search?q=a{}b",
            "/blog/preview/{}",
            "/pictures/{}/320.webp",
            "/content/comments/mine/{}",
            "/content/comments/leave/{}",
            "/content/comments/ticket/post/{}",
            "/api/v1/posts/?q={}",
            "/api/v1/posts/?tag={}",
            "/api/v1/posts/{}",
        )
    ]

    assert max(found) < 500, found


@pytest.mark.parametrize("path", ["/blog/sitemap-99.xml", "/blog/nothing", "/blog/tag/no/feed.xml"])
def test_what_is_missing_gives_no_cookie(blog, client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_request_sees_one_state_of_what_stands_beside_its_page(app, blog):
    with app.test_request_context("/blog/"):
        before = plans.sidebar()
        make_published_post(blog.author, title="Brand new")
        assert plans.sidebar() == before
    with app.test_request_context("/blog/"):
        assert plans.sidebar().newest[0].title == "Brand new"


def test_a_post_that_has_expired_takes_no_comments_before_the_job_has_run(blog, client):
    post = blog.posts[4]
    post.expires_at = now() + datetime.timedelta(minutes=1)
    db.session.commit()
    path = f"/content/comments/new/post/{post.id}"
    assert post.title in client.get(path).text

    with use_clock(ManualClock(now() + datetime.timedelta(minutes=2))):
        answer = client.get(path)

    assert answer.status_code == 409
    assert post.title not in answer.text
