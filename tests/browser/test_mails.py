"""Accounts that begin and are won back by a mail, from a real server to a real browser."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.fixtures.mail import deliver_everything, html_of, mail_server, mailing_to

NUMBERS = itertools.count(1)
PASSWORD = "seven unhurried herons"


@pytest.fixture
def post(live_server, storing):
    """`post(address)` lets everything be sent and gives the link in the last mail to an address."""
    with mail_server() as postbox, mailing_to(live_server.app, postbox):

        def fetch(address: str) -> str:
            with storing():
                deliver_everything()
            return postbox.link_for(address)

        fetch.box = postbox
        yield fetch


def choose(page: Page, button: str) -> None:
    """Type a password twice."""
    page.get_by_label("New password", exact=False).first.fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name=button).click()


def test_invited_person_chooses_a_password_and_is_in(visit, post):
    admin, guest = visit("admin"), visit()
    username = f"guest{next(NUMBERS)}"
    admin.goto("/administration/users/add")
    admin.get_by_label("User name").fill(username)
    admin.get_by_label("First name").fill("Gus")
    admin.get_by_label("Last name").fill("Guest")
    admin.get_by_label("Mail address").fill(f"{username}@people.example")
    admin.get_by_label("Active").select_option(label="Yes")
    expect(admin.get_by_label("Send an invitation by mail")).to_be_checked()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("Gus Guest")

    guest.goto(post(f"{username}@people.example"))
    assert violations(guest) == []
    choose(guest, "Set the password")

    expect(guest.get_by_text("Welcome! Your password is set.")).to_be_visible()
    guest.goto("/profile/")
    expect(guest.locator("main")).to_contain_text(f"{username}@people.example")


def test_forgotten_password_is_won_back(visit, post, new_person):
    username = new_person()
    visitor = visit()
    visitor.goto("/login/")
    visitor.get_by_role("link", name="Forgot the password?").click()
    visitor.get_by_label("User name or mail address").fill(username)
    visitor.get_by_role("button", name="Send the link").click()
    expect(visitor.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    visitor.goto(post(f"{username}@people.example"))
    choose(visitor, "Set the password")
    expect(visitor.get_by_text("Your password was changed. Log in with it.")).to_be_visible()
    visitor.get_by_label("User name or mail address").fill(username)
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Log in", exact=True).click()

    visitor.goto("/profile/")
    expect(visitor.locator("main")).to_contain_text(username)


def test_newcomer_registers(visit, post):
    address = f"newcomer{next(NUMBERS)}@people.example"
    visitor = visit()
    visitor.goto("/login/")
    visitor.get_by_role("link", name="Make an account").click()
    visitor.get_by_label("First name").fill("Nora")
    visitor.get_by_label("Last name").fill("New")
    visitor.get_by_label("Mail address").fill(address)
    visitor.get_by_role("button", name="Send the link").click()

    visitor.goto(post(address))
    choose(visitor, "Make the account")

    expect(visitor.get_by_text("Welcome! Your password is set.")).to_be_visible()
    visitor.goto("/profile/")
    expect(visitor.locator("main")).to_contain_text(address)


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_a_mail_can_be_read_by_everybody(visit, post, new_person, colours, width):
    """The mail itself is a page too: of some width, in some colours, without a fault."""
    username = new_person()
    visitor = visit(viewport={"width": width, "height": 800}, color_scheme=colours)
    visitor.goto("/forgot/")
    visitor.get_by_label("User name or mail address").fill(username)
    visitor.get_by_role("button", name="Send the link").click()
    expect(visitor.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    post(f"{username}@people.example")
    html = html_of(post.box.to(f"{username}@people.example")[-1])

    reader = visit(viewport={"width": width, "height": 800}, color_scheme=colours)
    reader.set_content(html)

    # A mail is a part of somebody else's page, which has the landmarks.
    found = [text for text in violations(reader) if "region" not in text and "landmark" not in text]
    assert found == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not reader.evaluate(wide)
