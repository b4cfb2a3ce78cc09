"""What changes a page drops it at once; what does not change it leaves it where it is."""

import pytest
import sqlalchemy as sa

from app.content.comments.models import Comment, CommentState
from app.content.tags.models import Tag
from app.content.tags.operations import merge_tags, tags_named
from app.core.query.trashing import move_to_trash
from app.extensions import db
from app.features.blog.models import Post, PostAddress, PostStatus
from tests.factories.blog import make_post, make_published_post

pytestmark = pytest.mark.both_databases


def tag_of(blog, name):
    return next(tag for tag in blog.posts[1].tags if tag.name == name)


def test_a_new_title_stands_on_every_page_at_once(blog, client):
    paths = ("/blog/", "/blog/post-5", "/blog/post-6", "/blog/tag/garden", "/blog/feed.xml")
    assert all("Post 5" in client.get(path).text for path in paths)

    blog.posts[4].title = "Renamed"
    db.session.commit()

    for path in paths:
        page = client.get(path).text
        assert "Renamed" in page, path
        assert "Post 5<" not in page, path


def test_a_new_post_is_on_the_home_and_beside_its_neighbour_at_once(blog, client):
    assert "Brand new" not in client.get("/blog/").text + client.get("/blog/post-1").text

    make_published_post(blog.author, title="Brand new")

    assert "Brand new" in client.get("/blog/").text
    assert 'rel="next" href="/blog/brand-new"' in client.get("/blog/post-1").text


def test_a_statement_on_many_posts_drops_their_pages(blog, client):
    client.get("/blog/post-5")

    db.session.execute(sa.update(Post).values(status=PostStatus.ARCHIVED))
    db.session.commit()

    assert client.get("/blog/post-5").status_code == 410


def test_a_renamed_and_a_merged_tag_show_at_once_and_lead_on(blog, client):
    assert ">Fog<" in client.get("/blog/post-2").text
    merge_tags(tag_of(blog, "Fog"), into=tag_of(blog, "Garden"))
    db.session.commit()

    moved = client.get("/blog/tag/fog")

    assert ">Fog<" not in client.get("/blog/post-2").text
    assert (moved.status_code, moved.location) == (301, "/blog/tag/garden")


def test_a_comment_drops_the_page_of_its_post_alone(blog, client, statements):
    for path in ("/blog/post-5", "/blog/post-6"):
        assert "So true" not in client.get(path).text
    comment = Comment(name="Ana", email="a@b.example", text="So true", state=CommentState.APPROVED)
    comment.post_id = blog.posts[4].id
    db.session.add(comment)
    db.session.commit()

    with statements() as others:
        client.get("/blog/post-6")

    assert others == []
    assert "So true" in client.get("/blog/post-5").text


def test_a_draft_of_somebody_else_does_not_make_a_post_s_page_anew(blog, client, statements):
    client.get("/blog/post-5")
    make_post(blog.author, title="Only a draft")

    with statements() as seen:
        client.get("/blog/post-5")

    assert not any("content_comment" in statement for statement in seen)
    assert not any("blog_post.body" in statement for statement in seen)


def test_a_former_address_leads_to_the_post_and_back_to_nothing_when_it_is_gone(blog, client):
    db.session.add(PostAddress(slug="old-name", post_id=blog.posts[4].id))
    db.session.commit()
    moved = client.get("/blog/old-name")
    blog.posts[4].status = PostStatus.ARCHIVED
    db.session.commit()

    assert (moved.status_code, moved.location) == (301, "/blog/post-5")
    assert client.get("/blog/old-name").status_code == 410


def test_what_is_not_public_does_not_exist(blog, client):
    draft = make_post(blog.author, title="Not yet")

    assert client.get(f"/blog/{draft.slug}").status_code == 404
    assert "Not yet" not in client.get("/blog/").text
    assert "Not yet" not in client.get("/blog/feed.xml").text


def test_the_sidebar_has_the_tags_that_are_used_most(blog, client):
    blog.posts[0].tags = tags_named(["Garden", "Rare"])
    db.session.commit()
    aside = client.get("/blog/").text.partition("<aside")[2]

    order = [aside.index(f">{name}<") for name in ("Garden", "Fog", "Rare")]
    assert order == sorted(order)
    assert db.session.query(Tag).count() >= 3


def test_a_theme_is_a_cookie_for_those_who_choose_one(blog, client):
    chosen = client.post("/blog/preferences", data={"theme": "dark", "next": "/blog/post-5"})
    dark = client.get("/blog/post-5")

    assert (chosen.status_code, chosen.location) == (303, "/blog/post-5")
    assert "theme=dark" in chosen.headers["Set-Cookie"]
    assert 'data-theme="dark"' in dark.text
    assert "Set-Cookie" not in dark.headers


def test_a_form_of_another_site_chooses_nothing(client):
    refused = client.post(
        "/blog/preferences", data={"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers


def test_a_post_goes_with_the_trash_and_comes_back_from_it(blog, client):
    key, paths = blog.posts[4].id, ("/blog/", "/blog/post-6", "/blog/tag/garden", "/blog/feed.xml")
    assert all("Post 5" in client.get(path).text for path in paths)

    move_to_trash(Post, [(key,)])
    db.session.commit()
    gone = [client.get(path).text for path in paths]
    status = client.get("/blog/post-5").status_code
    db.session.execute(sa.update(Post).where(Post.id == key).values(deleted_at=None))
    db.session.commit()

    assert not [page for page in gone if "Post 5<" in page]
    assert status == 404
    assert all("Post 5" in client.get(path).text for path in ("/blog/post-5", *paths))
