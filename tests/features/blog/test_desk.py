"""Addresses, translations, tags, schedule, calendar and list of the desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.content.markup import MAX_MARKDOWN
from app.core.clock import now
from app.features.blog.addresses import RESERVED_SLUGS
from app.features.blog.models import Post, PostAddress, PostStatus
from tests.factories.blog import make_post, make_published_post

POSTS, API = "/blog/posts", "/api/v1/posts"


def change(desk, post, **values):
    return desk.clients["editor"].patch(f"{API}/{post.id}", json=values)


def addresses(db_session):
    return {(row.slug, row.post_id) for row in db_session.query(PostAddress)}


def test_former_address_of_a_published_post_is_kept(desk, db_session):
    change(desk, desk.post, slug="Eleven bridges")

    db_session.refresh(desk.post)
    assert desk.post.slug == "eleven-bridges"
    assert addresses(db_session) == {("twelve-bridges", desk.post.id)}


def test_endless_markdown_is_refused_beside_its_field(desk):
    endless = "*a " * MAX_MARKDOWN

    answer = change(desk, desk.post, body_format="markdown", body_source=endless)

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["body_source"]


def test_address_can_be_taken_back(desk, db_session):
    change(desk, desk.post, slug="eleven")
    change(desk, desk.post, slug="twelve-bridges")

    assert addresses(db_session) == {("eleven", desk.post.id)}


def test_address_of_a_draft_leaves_nothing_behind(desk, db_session):
    change(desk, desk.draft, slug="rye")

    assert addresses(db_session) == set()


def test_former_address_of_another_post_is_refused_and_never_made(desk, db_session):
    change(desk, desk.post, slug="eleven")

    refused = change(desk, desk.draft, slug="twelve-bridges")
    made = make_post(desk.people["author"], "Twelve bridges")

    assert refused.status_code == 422
    assert "slug" in refused.json["errors"]
    assert made.slug == "twelve-bridges-2"


@pytest.mark.parametrize("slug", ["search", "Preview", "feed"])
def test_words_of_the_site_are_no_address_of_a_post(desk, slug):
    assert change(desk, desk.draft, slug=slug).status_code == 422


def test_title_that_is_a_word_of_the_site_gets_a_number(desk):
    assert make_post(desk.people["author"], "Search").slug == "search-2"
    assert "search" in RESERVED_SLUGS


def test_author_does_not_choose_the_address(desk):
    sent = {"slug": "mine"}

    assert desk.clients["author"].patch(f"{API}/{desk.post.id}", json=sent).status_code == 422


def test_language_of_a_post_is_its_writers(desk, db_session):
    desk.clients["author"].post(
        f"{API}/",
        json={"title": "Olá", "body": "<p>x</p>"},
        headers={"Accept-Language": "pt"},
    )

    assert db_session.query(Post).filter_by(title="Olá").one().locale == "pt"


def test_translation_is_a_draft_that_knows_its_original(desk, db_session):
    author = desk.clients["colleague"]
    author.post(f"{API}/{desk.post.id}/translate", json={"locale": "pt"})
    made = db_session.query(Post).filter_by(original_id=desk.post.id).one()

    again = author.post(f"{API}/{made.id}/translate", json={"locale": "pt"})
    third = author.post(f"{API}/{made.id}/translate", json={"locale": "de"})

    assert (made.status, made.locale, made.body) == (PostStatus.DRAFT, "pt", desk.post.body)
    assert made.author_id == desk.people["colleague"].id
    assert (again.status_code, again.json["code"]) == (409, "translated_already")
    assert third.status_code == 200
    assert db_session.query(Post).filter_by(original_id=desk.post.id, locale="de").count() == 1


def test_tags_are_added_to_many_posts(desk, db_session):
    desk.clients["author"].post(
        f"{POSTS}/bulk/tag",
        data={"key": [desk.draft.id, desk.post.id], "confirmed": "1", "names": "Bread, slow food"},
    )

    for post in (desk.draft, desk.post):
        db_session.refresh(post)
        assert {tag.name for tag in post.tags} == {"Bread", "slow food"}


@pytest.mark.both_databases
def test_schedule_asks_for_the_moment_in_the_zone_of_the_writer(desk, db_session):
    author = desk.clients["author"]
    author.post("/preferences/", data={"timezone": "Asia/Tokyo"})

    page = author.post(f"{POSTS}/bulk/schedule", data={"key": desk.draft.id}).text
    author.post(
        f"{POSTS}/bulk/schedule",
        data={"key": desk.draft.id, "confirmed": "1", "publish_at": "2030-01-01T09:00"},
    )

    db_session.refresh(desk.draft)
    assert "Asia/Tokyo" in page
    assert desk.draft.publish_at == datetime(2030, 1, 1, 0, 0, tzinfo=UTC)
    assert desk.draft.status is PostStatus.SCHEDULED


def test_expiry_before_the_appearance_is_refused(desk):
    moment = now() + timedelta(days=2)
    sent = {"publish_at": moment.isoformat(), "expires_at": (moment - timedelta(1)).isoformat()}

    response = change(desk, desk.draft, **sent)

    assert response.status_code == 422
    assert list(response.json["errors"]) == ["expires_at"]


def test_edit_never_changes_the_moment_of_publication(desk, db_session):
    before = desk.post.published_at

    response = change(desk, desk.post, published_at="2020-01-01T00:00:00Z")
    change(desk, desk.post, title="Other")

    db_session.refresh(desk.post)
    assert response.status_code == 422
    assert desk.post.published_at == before


@pytest.mark.both_databases
def test_calendar_shows_what_is_planned_and_what_appeared(desk, db_session):
    desk.draft.publish_at = now()
    make_post(desk.people["author"], "Undated")
    make_published_post(desk.people["author"], title="Long ago", published_at=now() - timedelta(99))
    db_session.commit()

    mine = desk.clients["author"].get(f"{POSTS}/list/?view=calendar").text
    others = desk.clients["colleague"].get(f"{POSTS}/list/?view=calendar").text

    assert "Bread on Monday" in mine
    assert "Twelve bridges" in mine
    assert "Undated" not in mine
    assert "Long ago" not in mine
    assert "Bread on Monday" not in others
    assert "Twelve bridges" in others
    link = re.search(r'href="(/blog/posts/add\?publish_at=[^"]+)"', mine)[1]
    form = desk.clients["author"].get(link.replace("&amp;", "&")).text
    assert re.search(r'name="publish_at"[^>]*|value="20\d\d-\d\d-\d\dT09:00:00"[^>]*', form)


def test_list_counts_the_comments_that_readers_see(desk):
    page = desk.clients["editor"].get(f"{POSTS}/list/").text

    assert "comment_count" in page or "Comments" in page


def test_most_used_tags_count_published_posts(desk, db_session):
    author = desk.clients["author"]
    author.post(f"{API}/{desk.draft.id}/tag", json={"names": "bread"})
    author.post(f"{API}/{desk.post.id}/tag", json={"names": "bread, bridges"})

    rows = desk.clients["editor"].get(f"{POSTS}/chart/tags/csv").text.split()

    assert sorted(rows[1:]) == ["bread,1", "bridges,1"]


def test_change_of_author_stands_in_the_history(desk):
    chief, colleague = desk.clients["chief"], desk.people["colleague"]
    sent = {"author": str(colleague.id)}
    assert chief.patch(f"{API}/{desk.post.id}", json=sent).status_code == 200

    page = chief.get(f"{POSTS}/history/{desk.post.id}").text

    assert "Author" in page
    assert str(colleague) in page


def test_second_editor_of_markdown_sees_both_texts(desk, db_session):
    """Nothing of either text is lost, and the later save is refused."""
    path = f"{POSTS}/edit/{desk.draft.id}"
    sent = {"title": "Bread", "kind": "text", "body_format": "markdown"}
    started = re.search(r'name="_version" value="([^"]+)"', desk.clients["author"].get(path).text)[
        1
    ]
    desk.clients["author"].post(
        path, data={**sent, "body_source": "# Rye\n\nFirst *text*", "_version": started}
    )

    late = desk.clients["editor"].post(
        path, data={**sent, "body_source": "Second **text**", "_version": started}
    )

    assert late.status_code == 409
    assert "Second **text**" in late.text
    assert "First *text*" in late.text
