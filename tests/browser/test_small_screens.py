"""On a phone nothing is cut off, the table is cards, the menu a drawer, and fingers hit."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.screens import every_screen

PHONE = {"width": 375, "height": 700}
# What 1280 pixels are at a zoom of 400 per cent, too.
NARROW = {"width": 320, "height": 640}
LIST = "/blog/posts/list/?page_size=10"
# Nothing stands out to the right, but for what has a region of its own to be scrolled in.
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
TOO_WIDE = f"""() => ({FITS})() ? [] : [...document.querySelectorAll("*")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth)
  .map((element) => element.outerHTML.slice(0, 90))"""
# A box that is ticked by its label is as large as the label.
CONTROLS = "button, input, select, textarea, summary, .btn, .tool"
SMALL_CONTROLS = """(controls) => [...document.querySelectorAll(controls)]
  .map((element) => element.matches("label *") ? element.closest("label") : element)
  .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .map((element) => [element.outerHTML.slice(0, 90), element.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 1 && (width < 24 || height < 24))
  .map(([html, { width, height }]) => `${width}x${height} ${html}`)"""


@every_screen
def test_screen_fits_a_phone(visit, screen):
    page = visit(screen.user, viewport=PHONE, reduced_motion="reduce", has_touch=True)

    screen.open(page)
    small = page.evaluate(SMALL_CONTROLS, CONTROLS)
    wide = page.evaluate(TOO_WIDE)
    page.set_viewport_size(NARROW)
    # A chart learns its new size a moment later.
    page.wait_for_function(FITS, timeout=3000)

    assert small == []
    assert wide == []
    assert violations(page, ["target-size"]) == []


def test_row_is_shown_as_a_card(visit):
    page = visit("admin", viewport=PHONE)

    page.goto(LIST)
    row = page.locator("tbody tr").first
    status = row.locator("td[data-label=Status]")

    assert row.evaluate("(element) => getComputedStyle(element).display") != "table-row"
    assert status.evaluate("(cell) => getComputedStyle(cell, '::before').content") == '"Status"'
    assert row.bounding_box()["width"] <= PHONE["width"]
    assert status.bounding_box()["y"] >= row.locator(".lead").bounding_box()["y"]


def test_menu_is_a_drawer(visit):
    page = visit("admin", viewport=PHONE)
    page.goto(LIST)
    menu = page.get_by_role("navigation", name="Menu")

    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="Subscribers").click()

    expect(page.get_by_role("heading", level=1, name="Subscribers")).to_be_visible()
    expect(menu).to_be_hidden()


def test_escape_closes_the_drawer(visit):
    page = visit("admin", viewport=PHONE)
    page.goto(LIST)
    opener = page.get_by_role("button", name="Menu", exact=True)

    opener.click()
    page.keyboard.press("Escape")

    expect(page.get_by_role("navigation", name="Menu")).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("width", [1280, 900])
def test_table_stays_a_table_where_there_is_room(visit, width):
    page = visit("admin", viewport={"width": width, "height": 800})

    page.goto(LIST)
    row = page.locator("tbody tr").first

    assert row.evaluate("(element) => getComputedStyle(element).display") == "table-row"
    assert page.evaluate(FITS)
