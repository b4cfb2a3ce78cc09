"""The picture in a column of a record, and the tags that show pictures."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from app.content.attachments.pictures import picture_html, picture_of, with_sources
from app.core.files.receive import receive
from app.extensions import db
from tests.content.attachments.conftest import photograph
from tests.factories.blog import make_post

ADDRESS = "/pictures/" + "a" * 32


@pytest.fixture
def cover(app, post):
    """The published post with a picture, whose focus lies at the lower left."""
    limits = {"types": ("jpeg",), "max_bytes": 10_000_000, "max_pixels": 10_000_000}
    post.image = receive(photograph(1600, 1200), "cover.jpg", table="blog_post", **limits)
    post.image_alt, post.image_focus_x, post.image_focus_y = "A “bridge”", 10, 90
    db.session.commit()
    return post


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


def test_a_browser_chooses_how_large_a_picture_it_needs(cover):
    tag = picture_html(picture_of(cover), sizes="50vw")

    for part in (
        'sizes="50vw"',
        'width="1600"',
        'height="1200"',
        'loading="lazy"',
        "320w",
        "1600w",
    ):
        assert part in tag
    assert 'alt="A “bridge”"' in tag


def test_the_first_picture_of_a_page_does_not_wait(cover):
    tag = picture_html(picture_of(cover), lazy=False)

    assert 'loading="eager"' in tag
    assert 'fetchpriority="high"' in tag


def test_a_part_is_cut_around_the_focus(cover):
    tag = picture_html(picture_of(cover), shape="card")

    assert "640-card-10-90.webp" in tag
    assert 'height="900"' in tag


def test_no_picture_is_no_tag(post):
    assert picture_html(picture_of(post)) == ""


def test_words_cannot_break_out_of_the_tag(cover):
    assert "<script>" not in picture_html(picture_of(cover), alt='"><script>')


def test_the_picture_of_a_post_is_as_open_as_the_post(cover, people, clients):
    address = picture_of(cover).url(640, "card")

    assert clients["visitor"].get(address).status_code == 200
    assert clients["visitor"].get(picture_of(cover).plain_url(320)).mimetype == "image/jpeg"

    draft = make_post(people["author"], "Not yet", image=cover.image)
    address = picture_of(draft).url(640)

    assert clients["visitor"].get(address).status_code == 404
    assert clients["author"].get(address).status_code == 200


def test_a_replaced_picture_has_another_address(cover, clients):
    before = picture_of(cover).url(640)
    limits = {"types": ("png",), "max_bytes": 10_000_000, "max_pixels": 10_000_000}
    cover.image = receive(photograph(900, 900, "PNG"), "x.png", table="blog_post", **limits)
    db.session.commit()

    assert picture_of(cover).url(640) != before
    assert clients["visitor"].get(before).status_code == 404


def test_a_moved_focus_leaves_no_old_part(cover, clients):
    before = picture_of(cover).url(640, "thumb")
    cover.image_focus_x = 80
    db.session.commit()

    assert clients["visitor"].get(before).status_code == 404
    assert clients["visitor"].get(picture_of(cover).url(640, "thumb")).status_code == 200


def test_pictures_in_a_text_come_in_all_sizes():
    text = f'<figure><img src="{ADDRESS}/1280.webp" alt="x > y" width="1280" height="800"></figure>'

    shown = with_sources(text)

    assert isinstance(shown, Markup)
    assert (
        f'srcset="{ADDRESS}/320.webp 320w, {ADDRESS}/640.webp 640w, {ADDRESS}/1280.webp 1280w"'
        in shown
    )
    assert 'loading="lazy"' in shown
    assert 'alt="x > y" width="1280" height="800">' in shown


def test_a_text_without_pictures_stays_as_it_is():
    assert with_sources("<p>x</p>") == "<p>x</p>"
