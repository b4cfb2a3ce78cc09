"""Staff find records: they search, filter, sort, turn pages and open one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.security.demo import PEOPLE
from tests.browser.listing import (
    SUBSCRIBERS,
    count_of,
    expect_address,
    expect_count,
    log_in,
    rows,
    titles,
)


@pytest.mark.parametrize("username", PEOPLE)
def test_printed_demo_account_can_log_in(page, live_server, username):
    page.goto("/home/")

    log_in(page, username, live_server.password)

    expect(page).to_have_url(re.compile("/home/$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello, ")
    expect(page.get_by_role("navigation", name="Menu").get_by_role("link")).not_to_have_count(1)


def test_wrong_password_is_refused_in_words(page):
    page.goto("/login/")

    log_in(page, "staff", "not the password")

    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("User name or mail address")).to_have_value("staff")


def test_search_finds_as_one_types(visit, new_subscribers):
    word = new_subscribers(3)
    page = visit("staff")
    page.goto(SUBSCRIBERS)
    search = page.get_by_role("searchbox")

    search.press_sequentially(word, delay=20)

    expect_count(page, 3)
    expect(rows(page)).to_have_count(3)
    expect_address(page, f"?q={word}")
    expect(search).to_be_focused()
    assert all(title.startswith(word) for title in titles(page))
    assert page.evaluate("CSS.highlights.get('match').size") == 3


def test_search_that_finds_nothing_offers_a_way_out(visit):
    page = visit("staff")
    page.goto(SUBSCRIBERS)
    total = count_of(page)

    page.get_by_role("searchbox").fill("no such reader")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Clear the search").click()

    expect_count(page, total)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_filter_becomes_a_chip_that_can_be_removed(visit):
    page = visit("staff")
    page.goto(SUBSCRIBERS)
    total = count_of(page)

    page.get_by_role("button", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog", name="Filter")
    dialog.get_by_label("Field").select_option(label="State")
    dialog.get_by_label("Unsubscribed", exact=True).check()
    dialog.get_by_role("button", name="Show the records").click()

    chip = page.locator(".chip")
    expect(chip).to_have_text("State is any of Unsubscribed")
    expect(dialog).to_be_hidden()
    assert 0 < count_of(page) < total
    assert set(rows(page).locator("[data-label=State]").all_inner_texts()) == {"Unsubscribed"}

    chip.get_by_role("link", name="Remove the condition: State is any of Unsubscribed").click()

    expect(chip).to_have_count(0)
    expect_count(page, total)


def test_filter_by_a_related_record_asks_the_picker(visit):
    page = visit("admin")
    page.goto("/blog/posts/list/")

    page.get_by_role("button", name="Filter", exact=True).click()
    dialog = page.get_by_role("dialog", name="Filter")
    dialog.get_by_label("Field").select_option(label="Author")
    dialog.get_by_role("combobox", name="Value of Author").press_sequentially("Maeve", delay=20)
    page.get_by_role("option", name="Maeve O’Donnell").click()
    dialog.get_by_role("button", name="Show the records").click()

    expect(page.locator(".chip")).to_contain_text("Maeve O’Donnell")
    assert set(rows(page).locator("[data-label=Author]").all_inner_texts()) == {"Maeve O’Donnell"}


def test_filter_dialog_knows_the_conditions_of_the_address(visit):
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?filter=state:any:pending,active&filter=locale:eq:de")

    page.get_by_role("button", name="Filter 2 conditions").click()
    dialog = page.get_by_role("dialog", name="Filter")

    expect(dialog.locator(".filter-row")).to_have_count(2)
    expect(dialog.get_by_label("Pending", exact=True)).to_be_checked()
    expect(dialog.get_by_label("Unsubscribed", exact=True)).not_to_be_checked()
    expect(dialog.get_by_label("Value of Locale")).to_have_value("de")


def test_heading_sorts_up_and_down(visit):
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?page_size=100")
    heading = page.get_by_role("columnheader", name="Email")

    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    # Until the new rows have settled, the link of the heading still has its old address.
    expect(heading.get_by_role("link")).to_have_attribute("href", re.compile("sort=-email"))
    upwards = titles(page)
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "descending")

    assert upwards == sorted(upwards)
    assert titles(page) == sorted(titles(page), reverse=True)
    expect(heading.get_by_role("link")).to_be_focused()


def test_pages_follow_each_other(visit):
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?sort=email")
    first, total = titles(page), count_of(page)

    page.get_by_role("link", name="Next").click()
    expect(page.locator(".pages")).to_contain_text(f"26 to 50 of {total}")
    second = titles(page)
    page.get_by_role("group", name="Rows per page").get_by_role("link", name="50").click()
    expect(rows(page)).to_have_count(50)

    assert titles(page) == first + second


def test_chosen_columns_are_shown(visit):
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q=a")

    page.get_by_role("button", name="Columns").click()
    page.locator("#columns").get_by_label("Left", exact=True).check()
    page.locator("#columns").get_by_label("Locale").uncheck()
    page.locator("#columns").get_by_role("button", name="Apply").click()

    expect(page.get_by_role("columnheader", name="Left", exact=True)).to_be_visible()
    expect(page.get_by_role("columnheader", name="Locale")).to_have_count(0)
    expect_address(page, "?q=a&columns=email%2Cstate%2Cfrequency%2Cconfirmed_at%2Cleft_at")


def test_click_anywhere_on_a_row_opens_it(visit, new_subscribers):
    word = new_subscribers(1)
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q={word}")

    rows(page).first.locator("[data-label=Locale]").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(word)
