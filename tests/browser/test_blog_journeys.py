"""The blog from end to end: it is written, decided about, published, read, discussed and mailed."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app.core.clock import ManualClock, now, use_clock
from app.core.outbox.deliver import deliver_due
from app.extensions import db
from app.mail.models import MailMessage
from app.mail.sender import body_of
from tests.factories.blog import make_published_post
from tests.factories.people import make_person

NUMBERS = itertools.count(1)


@pytest.fixture
def published(storing):
    """A published post of this test's own: its title."""
    title = f"The quiet platform {next(NUMBERS)}"
    with storing():
        author = make_person(f"journey-author-{title[-1]}", "Blog Author")
        make_published_post(author, title=title)
    return title


def write_post(page: Page, title: str) -> None:
    page.goto("/blog/posts/list/")
    page.get_by_role("link", name="New post").click()
    page.get_by_label("Title").fill(title)
    page.locator(".ProseMirror").click()
    page.keyboard.type("The lamp is lit at dusk, and ")
    page.get_by_role("button", name="Bold").click()
    page.keyboard.type("nobody sleeps.")
    page.get_by_label("Summary").fill("How a lighthouse is kept.")
    tags = page.get_by_role("combobox", name=re.compile("Tags"))
    tags.click()
    tags.press_sequentially("Lamps,", delay=20)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/show/*")


def press(page: Page, name: str) -> None:
    """Press a button of a record, and say yes where the next page asks."""
    page.get_by_role("button", name=name, exact=True).click()
    sure = page.locator("main form button.main")
    page.wait_for_load_state("networkidle")
    if "/bulk/" in page.url and sure.count():
        sure.first.click()


def test_what_an_author_hands_in_is_returned_corrected_and_published(visit, new_person):
    title = f"Keeping the lamp {next(NUMBERS)}"
    author, editor = visit(new_person("Blog Author")), visit(new_person("Blog Editor"))
    write_post(author, title)
    address = author.url

    press(author, "Hand in for review")
    expect(author.locator("#toasts")).to_contain_text("1 post was handed in.")
    editor.goto("/blog/posts/list/?filter=status:any:review")
    editor.get_by_role("link", name=title, exact=True).click()
    editor.get_by_role("button", name="Return to the author").click()
    editor.get_by_label("What is to be changed").fill("Say who lights it.")
    editor.locator("main form button.main").click()
    expect(editor.locator("#toasts")).to_contain_text("1 post was returned.")

    author.goto(address)
    expect(author.locator("main")).to_contain_text("Say who lights it.")
    author.get_by_role("link", name="Edit", exact=True).click()
    author.locator(".ProseMirror").click()
    author.keyboard.press("Control+End")
    author.keyboard.type(" Maria lights it.")
    author.get_by_role("button", name="Save", exact=True).click()
    author.wait_for_url("**/show/*")
    press(author, "Hand in for review")

    reader = visit()
    reader.goto("/blog/")
    expect(reader.get_by_role("link", name=title)).to_have_count(0)
    editor.goto(address)
    press(editor, "Publish")
    expect(editor.locator("#toasts")).to_contain_text("1 post was published.")

    reader.goto("/blog/")
    reader.locator("main").get_by_role("link", name=title, exact=True).first.click()
    expect(reader.locator("article").first).to_contain_text("Maria lights it.")
    expect(reader.locator("article strong").first).to_have_text(re.compile("nobody sleeps"))
    expect(reader.get_by_role("link", name="Lamps").first).to_be_visible()
    assert reader.context.cookies() == []


def test_a_comment_is_read_by_all_as_soon_as_a_moderator_approves_it(visit, published, new_person):
    said = f"I have waited there too, train {next(NUMBERS)}."
    visitor, other = visit(), visit()
    moderator = visit(new_person("Blog Moderator"))
    visitor.goto(f"/blog/search?q={published.replace(' ', '+')}")
    visitor.locator("main").get_by_role("link", name=published).first.click()
    visitor.get_by_label("Comment", exact=True).fill(said)
    visitor.get_by_label("Name").fill("Ana")
    visitor.get_by_label("Mail address").fill("ana.journey@readers.example")
    expect(visitor.locator("[name=ticket]")).not_to_have_value("")
    with use_clock(ManualClock(now() + timedelta(minutes=1))):
        visitor.get_by_role("button", name="Send the comment").click()
        expect(visitor.get_by_role("status")).to_contain_text("waits for approval")
    other.goto(visitor.url)
    expect(other.locator("#comments")).not_to_contain_text(said)

    moderator.goto("/content/comments/list/?filter=state:any:pending")
    row = moderator.locator("tbody tr", has_text=said[:20])
    row.get_by_role("checkbox").check()
    moderator.locator("#bulk").get_by_role("button", name="Approve").click()
    expect(moderator.locator("#toasts")).to_contain_text("1 comment was approved.")

    other.reload()
    expect(other.locator("#comments")).to_contain_text(said)


def test_a_visitor_finds_a_post_and_subscribes_to_the_letters(visit, published, storing):
    email = f"reader{next(NUMBERS)}@journeys.example"
    page = visit(viewport={"width": 375, "height": 800})
    page.goto("/")
    assert page.url.endswith("/blog/")
    page.get_by_role("searchbox").fill("quiet platform")
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_role("link", name=published).first).to_be_visible()

    page.get_by_label("Send it to").fill(email)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    page.goto(link_mailed_to(email, storing))
    page.get_by_role("button", name="Yes, subscribe").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("You are subscribed")


def link_mailed_to(email: str, storing) -> str:
    """The first address in the newest mail to somebody, as the worker writes it."""
    newest = sa.select(MailMessage).where(MailMessage.recipient == email)
    with storing():
        deliver_due()
        text, _html = body_of(db.session.scalars(newest.order_by(MailMessage.id.desc())).first())
    return re.search(r"http://\S+", text)[0]
