"""A visitor comments on a page that carries no cookie, and a moderator decides with keys."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app.core.clock import ManualClock, now, use_clock
from app.extensions import db
from app.features.blog.models import Post
from tests.browser.axe import violations
from tests.factories.blog import make_published_post
from tests.factories.comments import make_approved_comment, make_comment
from tests.factories.people import make_person

NUMBERS = itertools.count(1)


@pytest.fixture
def post(storing):
    """A post of this test's own: its key and its address."""
    number = next(NUMBERS)
    with storing():
        author = make_person(f"comments-author-{number}", "Blog Author")
        made = make_published_post(author, title=f"Comments in a browser {number}")
        make_approved_comment(made, "What a lovely walk!", name="Jo")
        return made.id, f"/blog/{made.slug}"


def test_a_visitor_replies_without_a_cookie_until_they_write(visit, post):
    page = visit("")
    page.goto(post[1])
    assert page.context.cookies() == []

    page.get_by_role("link", name="Reply to Jo").click()
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    expect(page.locator(".comment .comment-form, .comment-form")).to_contain_text("In reply to Jo")
    page.get_by_label("Comment", exact=True).fill("Which bridge is the oldest?")
    page.get_by_label("Name").fill("Ana")
    page.get_by_label("Mail address").fill("ana@readers.example")
    expect(page.locator("[name=ticket]")).not_to_have_value("")
    with use_clock(ManualClock(now() + timedelta(minutes=1))):
        page.get_by_role("button", name="Send the comment").click()
        expect(page.get_by_role("status")).to_contain_text("waits for approval")

        assert page.url.endswith(f"{post[1]}#comments")
        page.get_by_role("link", name="Correct it").click()
        expect(page.get_by_label("Comment")).to_have_value("Which bridge is the oldest?")


def test_without_scripts_a_link_leads_to_the_form(visit, post):
    page = visit("", java_script_enabled=False)
    page.goto(post[1])

    page.get_by_role("link", name="Write a comment").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Write a comment")
    expect(page.get_by_label("Comment")).to_be_visible()


def test_a_moderator_decides_with_keys_and_undoes_it(visit, post, storing, new_person):
    with storing():
        for number in range(2):
            make_comment_of(post[0], f"Number {number}")
    page = visit(new_person("Blog Moderator"), reduced_motion="reduce")
    page.goto("/content/moderation/")
    cases = page.locator("[data-case]")
    assert violations(page) == []

    page.keyboard.press("?")
    expect(page.locator("#moderation-keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    second = cases.nth(1).locator(".said").inner_text()
    page.keyboard.press("a")

    expect(page.locator("#toasts")).to_contain_text("1 comment was approved.")
    expect(cases.nth(1).locator(".said")).not_to_have_text(second)
    page.get_by_role("button", name="Undo").click()
    expect(cases.nth(1).locator(".said")).to_have_text(second)


def test_tags_are_made_as_one_types(visit, post, new_person):
    page = visit(new_person("Blog Editor"))
    page.goto(f"/blog/posts/edit/{post[0]}")
    typed = page.get_by_role("combobox", name=re.compile("Tags"))

    typed.click()
    typed.press_sequentially("Night trains,", delay=20)
    typed.press_sequentially("Fog", delay=20)
    expect(page.locator(".ts-dropdown .create")).to_contain_text("Fog")
    typed.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#toasts")).to_contain_text("was saved")
    page.goto(f"/blog/posts/edit/{post[0]}")
    expect(page.locator("[name=tags]")).to_have_value("Fog, Night trains")


def make_comment_of(key: int, text: str) -> None:
    """A comment that waits, on the post of this key."""
    make_comment(db.session.get(Post, key), text, email=f"{text[-1]}@readers.example")
