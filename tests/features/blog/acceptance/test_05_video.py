"""The form of a kind shows and takes its own fields: without an id there is no video."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect

from app.extensions import db
from app.features.blog.models import Post
from tests.browser.axe import violations

POSTS, API = "/blog/posts", "/api/v1/posts"
ADDRESS = "https://www.youtube.com/watch?v=aqz-KE-bpKQ&t=10s"
NUMBERS = itertools.count(1)
OWN = {
    "text": {"Body", "Picture", "Picture in words"},
    "image": {"Body", "Picture", "Picture in words"},
    "video": {"Body", "YouTube video"},
    "quote": {"Quote", "Quote source"},
}
ALL = set().union(*OWN.values())


@pytest.mark.both_databases
@pytest.mark.parametrize("door", ["form", "api"])
def test_video_without_an_id_is_refused_beside_its_field(desk, door):
    client, sent = desk.clients["author"], {"title": "Film", "kind": "video"}

    if door == "form":
        response = client.post(f"{POSTS}/add", data=sent)
        assert 'id="youtube_id-error"' in response.text
    else:
        response = client.post(f"{API}/", json=sent)
        assert response.json["code"] == "post_incomplete"
        assert list(response.json["errors"]) == ["youtube_id"]
    assert response.status_code == 422


def test_full_address_of_a_video_is_accepted(desk, db_session):
    sent = {"title": "Film", "kind": "video", "youtube_id": ADDRESS}

    response = desk.clients["author"].post(f"{POSTS}/add", data=sent)

    assert response.status_code == 302
    assert db_session.query(Post).filter_by(title="Film").one().youtube_id == "aqz-KE-bpKQ"


def test_field_of_another_kind_is_refused_over_rest(desk):
    sent = {"title": "Film", "kind": "video", "youtube_id": ADDRESS, "quote": "Wise words."}

    response = desk.clients["author"].post(f"{API}/", json=sent)

    assert response.status_code == 422
    assert "Leave this empty" in response.json["errors"]["quote"][0]
    assert "Video" in response.json["errors"]["quote"][0]


def test_changing_the_kind_empties_what_belongs_to_the_other(desk, db_session):
    author = desk.clients["author"]
    sent = {"kind": "quote", "quote": "Wise words.", "quote_source": "Somebody"}
    author.patch(f"{API}/{desk.draft.id}", json=sent)
    db_session.refresh(desk.draft)
    assert (desk.draft.quote, desk.draft.body) == ("Wise words.", None)

    author.post(
        f"{POSTS}/edit/{desk.draft.id}",
        data={"title": "Film", "kind": "video", "youtube_id": ADDRESS, "quote": "Wise words."},
    )

    db_session.refresh(desk.draft)
    assert (desk.draft.quote, desk.draft.quote_source) == (None, None)
    assert desk.draft.youtube_id == "aqz-KE-bpKQ"


def test_what_is_typed_into_a_foreign_field_without_scripts_comes_back(desk):
    sent = {"title": "Film", "kind": "video", "youtube_id": ADDRESS, "quote": "New words."}

    response = desk.clients["author"].post(f"{POSTS}/add", data=sent)

    assert response.status_code == 422
    assert "New words." in response.text
    assert 'id="quote-error"' in response.text


@pytest.fixture
def writer(visit):
    """A browser on the form of a new post."""
    page = visit("admin")
    page.goto(f"{POSTS}/add")
    return page


def shown(page) -> set[str]:
    """The fields of kinds that one sees."""
    return {name for name in ALL if field(page, name).is_visible()}


def field(page, name: str):
    return page.locator(".field[data-shown-when]").filter(
        has=page.locator("label, .caption").get_by_text(name, exact=True)
    )


def test_form_shows_only_the_fields_of_the_kind(writer):
    kind = writer.get_by_label("Kind")

    for value, names in OWN.items():
        kind.select_option(value)
        assert shown(writer) == names
    assert violations(writer) == []


def test_what_is_hidden_is_kept_until_it_is_saved(writer, live_server):
    title = f"Film {next(NUMBERS)}"
    kind = writer.get_by_label("Kind")
    kind.select_option("quote")
    writer.get_by_label("Quote", exact=True).fill("Wise words.")
    kind.select_option("video")
    kind.select_option("quote")
    expect(writer.get_by_label("Quote", exact=True)).to_have_value("Wise words.")

    kind.select_option("video")
    writer.get_by_label("Title").fill(title)
    writer.get_by_role("button", name="Save", exact=True).click()
    expect(writer.get_by_text("Paste the address of the video.").first).to_be_visible()
    writer.get_by_label("YouTube video").fill(ADDRESS)
    writer.get_by_role("button", name="Save", exact=True).click()
    expect(writer.get_by_text(f"{title} was added.")).to_be_visible()

    with live_server.app.app_context():
        saved = db.session.query(Post).filter_by(title=title).one()
        assert (saved.youtube_id, saved.quote) == ("aqz-KE-bpKQ", None)
