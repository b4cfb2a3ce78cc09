"""Language, theme and density: chosen in the header, kept with the account, on the same page."""

from __future__ import annotations

import pytest
from flask_babel import force_locale, gettext
from playwright.sync_api import Page, expect

from tests.browser.listing import expect_address, rows

LIST = "/blog/posts/list/?q=e&sort=title"
IS_DARK = "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] < 60"


def choose(page: Page, menu: str, choice: str) -> None:
    """Open a menu of the header and press one of its buttons."""
    page.get_by_role("button", name=menu, exact=True).click()
    page.get_by_role("button", name=choice, exact=True).click()


@pytest.fixture
def portuguese(live_server):
    """A function that gives a text of ours in Portuguese."""

    def translate(text: str) -> str:
        with live_server.app.test_request_context(), force_locale("pt"):
            return gettext(text)

    return translate


def test_language_switch_stays_on_the_page_and_translates_it(visit, new_person, portuguese):
    page = visit(new_person("Staff"))
    page.goto(LIST)
    posts = portuguese("Posts")

    choose(page, "Language", "Português")

    expect_address(page, LIST)
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    assert posts != "Posts"
    expect(page.get_by_role("heading", level=1)).to_have_text(posts)
    expect(page).to_have_title(f"{posts} · Bureau")
    expect(page.locator(".side").get_by_role("link", name=posts, exact=True)).to_be_visible()
    expect(page.get_by_role("searchbox")).to_have_value("e")


def test_language_belongs_to_the_account(visit, new_person):
    username = new_person("Staff")
    page, elsewhere = visit(username), visit(username)
    page.goto(LIST)

    choose(page, "Language", "Português")
    expect(page.locator("html")).to_have_attribute("lang", "pt")
    elsewhere.goto("/home/")

    expect(elsewhere.locator("html")).to_have_attribute("lang", "pt")


def test_visitor_chooses_a_language_before_logging_in(page):
    page.goto("/login/")

    choose(page, "Language", "Português")

    expect(page.locator("html")).to_have_attribute("lang", "pt")
    expect(page.get_by_role("textbox").first).to_be_visible()


def test_language_from_right_to_left_turns_the_page(visit, new_person):
    page = visit(new_person("Staff"))
    page.goto("/home/")

    choose(page, "Language", "العربية")

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    menu, main = (page.locator(part).bounding_box() for part in (".side", "main"))
    assert menu["x"] > main["x"]


@pytest.mark.parametrize("machine", ["light", "dark"])
def test_theme_follows_the_machine_until_it_is_chosen(visit, new_person, machine):
    page = visit(new_person("Staff"), color_scheme=machine)
    page.goto(LIST)

    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    assert page.evaluate(IS_DARK) == (machine == "dark")


def test_chosen_theme_stays_and_can_be_taken_back(visit, new_person):
    page = visit(new_person("Staff"), color_scheme="light")
    page.goto(LIST)

    choose(page, "Appearance", "Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect_address(page, LIST)
    assert page.evaluate(IS_DARK)
    page.goto("/home/")
    assert page.evaluate(IS_DARK)
    choose(page, "Appearance", "As the system")

    expect(page.locator("html[data-theme]")).to_have_count(0)
    assert not page.evaluate(IS_DARK)


def test_compact_rows_are_lower(visit, new_person):
    page = visit(new_person("Staff"))
    page.goto(LIST)
    before = rows(page).first.bounding_box()["height"]

    choose(page, "Appearance", "Compact")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")

    assert rows(page).first.bounding_box()["height"] < before
