"""What people read off a list."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

SUBSCRIBERS = "/blog/subscribers/list/"


def rows(page: Page) -> Locator:
    """The rows of the table."""
    return page.locator("#list tbody tr")


def titles(page: Page) -> list[str]:
    """What the rows are called."""
    return rows(page).locator(".lead").all_inner_texts()


def expect_count(page: Page, count: int) -> None:
    """Wait for the number beside the heading."""
    expect(page.locator("#count")).to_have_text(str(count))


def count_of(page: Page) -> int:
    """The number beside the heading."""
    return int(page.locator("#count").inner_text().replace(",", ""))


def expect_address(page: Page, part: str) -> None:
    """Wait until the address ends with this query string."""
    expect(page).to_have_url(re.compile(re.escape(part) + "$"))


def log_in(page: Page, username: str, password: str) -> None:
    """Fill in the login form as people do."""
    page.get_by_label("User name or mail address").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
