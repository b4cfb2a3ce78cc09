"""Staff change a value where it stands, by mouse or keyboard, or one value of many rows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app.extensions import db
from app.features.blog.newsletter.models import Subscriber
from tests.browser.listing import SUBSCRIBERS, rows

EMAIL, LOCALE = "Email", "Locale"
INLINE = (EMAIL, "How often", LOCALE)


@pytest.fixture
def word(new_subscribers):
    """Three subscribers, whose addresses begin with this word."""
    return new_subscribers(3)


@pytest.fixture
def open_list(visit, word):
    """A function that shows the three in the list."""

    def show(**options) -> Page:
        page = visit("staff", **options)
        page.goto(f"{SUBSCRIBERS}?q={word}&sort=email")
        expect(page.locator("tbody .pen").first).to_be_attached()
        return page

    return show


@pytest.fixture
def change_email(storing):
    """A function by which somebody else changes the address of a row."""

    def change(old: str, new: str) -> None:
        with storing():
            row = db.session.scalars(sa.select(Subscriber).filter_by(email=old)).one()
            row.email = new
            db.session.commit()

    return change


def emails(page: Page) -> list[str]:
    return rows(page).locator(".lead > a:first-child").all_inner_texts()


def address(word: str, number: int) -> str:
    return f"{word}-{number:02}@readers.example"


def control(page: Page, label: str):
    """What one types into, in the cell that is open."""
    return page.locator("form.in-cell").get_by_label(label, exact=True)


def locale_cell(page: Page, row: int):
    return rows(page).nth(row).locator("td[data-label=Locale]")


def open_with_mouse(page: Page, row: int) -> None:
    """Move to the cell, so that its pen shows, and press that."""
    cell = rows(page).nth(row).locator(".lead")
    cell.hover()
    cell.locator(".pen").click()
    expect(control(page, EMAIL)).to_be_focused()


def test_a_value_is_changed_with_the_mouse_and_changed_back(open_list, word):
    page = open_list()

    open_with_mouse(page, 1)
    control(page, EMAIL).fill(f"{word}-new@readers.example")
    page.get_by_role("button", name="Save", exact=True).click()

    message = page.get_by_role("status").filter(has_text="was saved.")
    expect(message).to_be_visible()
    assert emails(page) == [address(word, 0), f"{word}-new@readers.example", address(word, 2)]
    expect(page.locator("form.in-cell")).to_have_count(0)
    message.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(3)
    assert emails(page) == [address(word, number) for number in range(3)]


def test_a_value_is_changed_with_the_keyboard_alone(open_list, word):
    page = open_list()

    rows(page).nth(0).locator(".lead > a").first.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=f"Change {EMAIL}: {address(word, 0)}")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(control(page, EMAIL)).to_be_focused()
    page.keyboard.type(f"{word}-typed@readers.example")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").filter(has_text="was saved.")).to_be_visible()
    assert emails(page)[1] == f"{word}-typed@readers.example"
    pen = page.get_by_role("link", name=f"Change {EMAIL}: {word}-typed@readers.example")
    expect(pen).to_be_focused()


def test_escape_leaves_everything_as_it_was(open_list, word):
    page = open_list()

    rows(page).nth(2).locator(".lead > a").first.focus()
    page.keyboard.press("F2")
    expect(control(page, EMAIL)).to_be_focused()
    page.keyboard.type("something else")
    page.keyboard.press("Escape")

    expect(page.locator("form.in-cell")).to_have_count(0)
    expect(page.get_by_role("link", name=f"Change {EMAIL}: {address(word, 2)}")).to_be_focused()
    assert emails(page) == [address(word, number) for number in range(3)]


def test_what_is_wrong_is_said_beside_the_value_and_the_text_stays(open_list, word):
    page = open_list()

    open_with_mouse(page, 0)
    control(page, EMAIL).fill(address(word, 1))
    page.keyboard.press("Enter")

    refused = control(page, EMAIL)
    expect(refused).to_have_attribute("aria-invalid", "true")
    expect(refused).to_be_focused()
    expect(refused).to_have_value(address(word, 1))
    expect(page.locator("#cell-email-error")).not_to_be_empty()
    refused.fill(f"{word}-right@readers.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="was saved.")).to_be_visible()


def test_who_is_late_gets_both_texts_on_a_page(open_list, word, change_email):
    page = open_list()

    open_with_mouse(page, 0)
    control(page, EMAIL).fill(f"{word}-mine@readers.example")
    change_email(address(word, 0), f"{word}-theirs@readers.example")
    page.keyboard.press("Enter")

    clash = page.locator("[data-clash]")
    expect(clash).to_contain_text(f"{word}-theirs@readers.example")
    expect(clash.locator("input.input")).to_have_value(f"{word}-mine@readers.example")
    clash.get_by_label("Mine").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="was saved.")).to_be_visible()
    expect(rows(page)).to_have_count(3)
    assert f"{word}-mine@readers.example" in emails(page)


def test_a_second_cell_does_not_open_over_what_is_typed(open_list, word):
    page = open_list()

    open_with_mouse(page, 0)
    control(page, EMAIL).fill("half an addr")
    locale_cell(page, 1).hover()
    locale_cell(page, 1).locator(".pen").click()

    expect(page.get_by_role("status")).to_contain_text("Save or cancel")
    expect(control(page, EMAIL)).to_have_value("half an addr")
    expect(control(page, EMAIL)).to_be_focused()


def test_a_finger_finds_a_pen_in_each_cell(open_list, word):
    page = open_list(has_touch=True, is_mobile=True, viewport={"width": 375, "height": 800})

    expect(page.locator("tbody .pen")).to_have_count(3 * len(INLINE))
    locale_cell(page, 0).locator(".pen").tap()
    control(page, LOCALE).fill("pt")
    page.get_by_role("button", name="Save", exact=True).tap()

    expect(locale_cell(page, 0)).to_contain_text("pt")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide


def test_chosen_rows_are_given_one_value(open_list, word):
    page = open_list()

    for row in (0, 2):
        rows(page).nth(row).locator(".pick label").click()
    page.locator("[data-selection]").get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Edit 2 records")
    tick = page.get_by_role("checkbox", name=LOCALE)
    expect(tick).not_to_be_checked()
    page.get_by_label(f"New value: {LOCALE}").fill("pt")
    expect(tick).to_be_checked()
    page.get_by_role("button", name="Save 2 records").click()

    message = page.get_by_role("status").filter(has_text="2 records were changed.")
    expect(message).to_be_visible()
    found = [locale_cell(page, row).inner_text() for row in range(3)]
    assert found == ["pt", "en", "pt"]
    message.get_by_role("button", name="Undo").click()
    expect(locale_cell(page, 0)).to_have_text("en")


def test_nothing_is_saved_over_what_others_changed_in_the_meantime(open_list, word, change_email):
    page = open_list()

    page.locator("thead .pick label").click()
    page.locator("[data-selection]").get_by_role("button", name="Edit", exact=True).click()
    page.get_by_label(f"New value: {LOCALE}").fill("pt")
    change_email(address(word, 1), f"{word}-01x@readers.example")
    page.get_by_role("button", name="Save 3 records").click()

    expect(page.get_by_role("alert")).to_contain_text(f"{word}-01x@readers.example")
    expect(page.get_by_label(f"New value: {LOCALE}")).to_have_value("pt")
    page.get_by_role("button", name="Save the other 2").click()
    expect(page.get_by_role("status").filter(has_text="2 records were changed.")).to_be_visible()
    assert [locale_cell(page, row).inner_text() for row in range(3)] == ["pt", "en", "pt"]
