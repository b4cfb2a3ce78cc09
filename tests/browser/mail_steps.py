"""What people do to have the screens of mails in front of them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.fixtures.people import PASSWORD

MAILS = "/administration/mails/list/"


def ask_for_a_password(page: Page) -> None:
    """Ask for a link to choose a new one."""
    page.get_by_label("User name or mail address").fill("nobody")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()


def cause_a_mail(page: Page) -> None:
    """Give another address, to which a mail is written at once, and look at the list."""
    page.get_by_label("Mail address").fill("elsewhere@people.example")
    page.get_by_role("button", name="Save", exact=True).click()
    if page.get_by_role("heading", name="Is it you?").is_visible():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
    page.goto(MAILS)
    expect(page.locator("tbody tr").first).to_be_visible()


def read_a_mail(page: Page) -> None:
    """Open the mail on top of the list."""
    cause_a_mail(page)
    page.locator("tbody tr").first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Text", exact=True)).to_be_visible()
