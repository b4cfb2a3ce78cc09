"""What people do before they meet the screens of second factors."""

from __future__ import annotations

import pyotp
from playwright.sync_api import Page, expect

from tests.fixtures.people import PASSWORD

FACTORS = "/profile/factors/"


def show_an_app(page: Page) -> None:
    """Begin to set an app up."""
    page.locator("form[action$='app/start'] button").click()
    expect(page.locator("#secret")).to_be_visible()


def mistype_its_code(page: Page) -> None:
    """Type a code that the app does not show."""
    show_an_app(page)
    page.fill("#code", "no code")
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator("#code-error")).to_be_visible()


def set_up_an_app(page: Page) -> None:
    """Set an app up, in place of the one that may be there."""
    show_an_app(page)
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator("#code")).to_have_count(0)


def draw_codes(page: Page) -> None:
    """Have new recovery codes shown."""
    set_up_an_app(page)
    page.goto(FACTORS)
    page.get_by_role("button", name="Make new codes").click()
    page.locator("#confirm").get_by_role("button", name="Make new codes").click()
    expect(page.locator("#codes li")).to_have_count(10)


def give_the_password(page: Page, username: str) -> None:
    """Fill in the page for a name and a password."""
    page.goto("/login/")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda url: "/login/?" not in url and not url.endswith("/login/"))


def log_out(page: Page) -> None:
    """Log out with the menu behind one's initials."""
    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("#password")).to_be_visible()


def meet_the_question(page: Page) -> None:
    """Log in again up to the question for the factor."""
    set_up_an_app(page)
    page.goto("/profile/")
    username = page.locator("dd bdi").first.inner_text()
    log_out(page)
    give_the_password(page, username)
    page.get_by_text("Use a recovery code").click()
