"""Sessions, as people see them: ended elsewhere, lent to nobody, and proved again in the middle."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.core.clock import now
from app.extensions import db
from app.security.models import UserSession
from tests.browser.listing import log_in
from tests.fixtures.people import PASSWORD
from tests.security.conftest import let_grow_old, user_named

NUMBERS = itertools.count(1)
LOG_IN = re.compile(r"/login/")


@pytest.fixture
def signed_in(visit):
    """A function that gives a tab in which somebody has filled in the log-in form."""

    def sign_in(username: str) -> Page:
        page = visit()
        page.goto("/login/")
        log_in(page, username, PASSWORD)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return sign_in


def menu_link(page: Page, name: str) -> Locator:
    """The entry of the menu."""
    return page.get_by_role("navigation", name="Menu").get_by_role("link", name=name)


def press(page: Page, name: str) -> None:
    """Press the first button of this name."""
    page.get_by_role("button", name=name, exact=True).first.click()


def test_device_whose_session_is_ended_elsewhere_is_out(signed_in, new_person):
    name = new_person("Viewer")
    laptop, phone = signed_in(name), signed_in(name)

    laptop.get_by_role("button", name="Account of").click()
    laptop.get_by_role("link", name="My sessions").click()
    expect(laptop.locator(".devices > li")).to_have_count(2)
    laptop.locator(".devices > li").nth(1).get_by_role("button").click()
    expect(laptop.locator(".devices > li")).to_have_count(1)

    phone.reload()
    expect(phone).to_have_url(LOG_IN)
    laptop.reload()
    expect(laptop.get_by_role("heading", level=1, name="My sessions")).to_be_visible()


def test_all_others_end_after_a_question(signed_in, new_person):
    name = new_person("Viewer")
    laptop, phone = signed_in(name), signed_in(name)

    laptop.goto("/profile/sessions/")
    press(laptop, "End all others")
    laptop.get_by_role("dialog").get_by_role("button", name="End all others").click()
    expect(laptop.locator(".devices > li")).to_have_count(1)

    phone.reload()
    expect(phone).to_have_url(LOG_IN)


def test_back_shows_nothing_after_logging_out(signed_in, new_person):
    page = signed_in(new_person("Viewer"))
    page.goto("/profile/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Account of").click()
    press(page, "Log out")
    expect(page).to_have_url(LOG_IN)

    page.go_back()

    expect(page).to_have_url(LOG_IN)
    expect(page.get_by_label("User name or mail address")).to_be_visible()


def test_remembered_log_in_outlives_the_browser(visit, new_person):
    page = visit()
    page.goto("/login/")
    page.get_by_label("Stay logged in on this device").check()
    log_in(page, new_person("Viewer"), PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    (cookie,) = [kept for kept in page.context.cookies() if "session" in kept["name"]]
    assert cookie["expires"] > (now().timestamp() + 29 * 24 * 3600)


def test_admin_acts_as_somebody_and_stops(visit, new_person, storing):
    name = new_person("Viewer")
    with storing():
        key = user_named(name).id
    page = visit("admin")
    page.goto(f"/administration/users/show/{key}")

    page.get_by_role("link", name="Act as this user").click()
    press(page, "Begin")
    expect(page.get_by_role("alert")).to_contain_text("Reason")
    page.get_by_label("Reason").fill("Request 17")
    press(page, "Begin")

    banner = page.get_by_role("region", name="You act as")
    expect(banner).to_be_visible()
    expect(menu_link(page, "Users")).to_have_count(0)
    page.goto("/blog/posts/list/")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Stop").click()

    expect(banner).to_have_count(0)
    expect(menu_link(page, "Users")).to_be_visible()


def test_admin_sees_as_a_role_and_stops(visit, storing, new_role):
    page = visit("admin")
    page.goto(f"/administration/roles/show/{new_role()}")

    press(page, "See as this role")

    banner = page.get_by_role("region", name="You see this as the role")
    expect(banner).to_be_visible()
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link")).to_have_count(1)
    banner.get_by_role("button", name="Stop").click()
    expect(banner).to_have_count(0)
    expect(menu_link(page, "Users")).to_be_visible()


def test_proof_in_the_middle_of_a_role_loses_nothing(visit, storing, new_role):
    key = new_role()
    name = f"Renamed {next(NUMBERS)}"
    page = visit("admin")
    page.goto(f"/administration/roles/edit/{key}")
    page.get_by_label("Name").fill(name)
    press(page, "Review the changes")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    with storing():
        let_grow_old()

    press(page, "Save")
    expect(page.get_by_role("heading", level=1, name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Current password").fill("not the password")
    press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("This is not right.")
    page.get_by_label("Current password").fill(PASSWORD)
    press(page, "Continue")

    expect(page).to_have_url(re.compile(r"/roles/show/"))
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_two_tabs_of_one_browser_share_one_session(signed_in, new_person, storing):
    name = new_person("Viewer")
    page = signed_in(name)
    other = page.context.new_page()
    other.goto("/profile/sessions/")

    expect(other.locator(".devices > li")).to_have_count(1)
    with storing():
        count = db.session.query(UserSession).filter_by(user_id=user_named(name).id).count()
    assert count == 1
