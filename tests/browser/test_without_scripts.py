"""Without JavaScript everything that matters still works."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.listing import SUBSCRIBERS, count_of, expect_address, log_in, rows, titles

NO_SCRIPTS = {"java_script_enabled": False}


def save(page: Page) -> None:
    """Save the form."""
    page.get_by_role("button", name="Save", exact=True).click()


def test_visitor_logs_in_and_out(visit, live_server):
    page = visit(**NO_SCRIPTS)

    page.goto("/blog/subscribers/list/")
    log_in(page, "staff", live_server.password)
    expect(page.get_by_role("heading", level=1, name="Subscribers")).to_be_visible()
    page.get_by_role("button", name="Account of Stan Staff").click()
    page.get_by_role("button", name="Log out").click()

    expect(page.get_by_role("heading", name="Log in to Bureau")).to_be_visible()


def test_search_is_sent_with_enter(visit, new_subscribers):
    word = new_subscribers(3)
    page = visit("staff", **NO_SCRIPTS)
    page.goto(f"{SUBSCRIBERS}?sort=-email")

    page.get_by_role("searchbox").fill(word)
    page.get_by_role("searchbox").press("Enter")

    expect_address(page, f"?q={word}&sort=-email")
    assert titles(page) == [f"{word}-{number:02}@readers.example" for number in (2, 1, 0)]


def test_address_filters_and_chip_removes(visit):
    page = visit("staff", **NO_SCRIPTS)

    page.goto(f"{SUBSCRIBERS}?filter=state:any:unsubscribed")
    few = count_of(page)
    page.get_by_role("link", name="Remove the condition").click()

    expect(page.locator(".chip")).to_have_count(0)
    assert count_of(page) > few > 0


def test_heading_sorts_and_pages_turn(visit):
    page = visit("staff", **NO_SCRIPTS)
    page.goto(SUBSCRIBERS)

    page.get_by_role("columnheader", name="Email").get_by_role("link").click()
    first = titles(page)
    page.get_by_role("link", name="Next").click()

    assert first + titles(page) == sorted(first + titles(page))


def test_record_is_added_edited_and_deleted(visit, new_person):
    page = visit(new_person("Todo User"), **NO_SCRIPTS)
    page.goto("/todo/todo-lists/list/")

    page.get_by_role("link", name="New todo list").first.click()
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Name: ")
    page.get_by_label("Name").fill("Plain")
    save(page)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Plainer")
    save(page)
    expect(page.get_by_role("heading", level=1, name="Plainer")).to_be_visible()
    page.get_by_role("link", name="Show the whole history").click()
    expect(page.get_by_role("listitem").filter(has_text="became")).to_contain_text("Plainer")
    page.go_back()
    page.get_by_role("heading", name="Items").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="Todo items")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("heading", level=1, name="Delete this record?")).to_be_visible()
    page.get_by_role("button", name="Delete the record").click()

    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_ticked_rows_are_deleted_after_a_question(visit, new_subscribers):
    word = new_subscribers(3)
    page = visit("staff", **NO_SCRIPTS)
    page.goto(f"{SUBSCRIBERS}?q={word}&sort=email")

    for number in (0, 1):
        rows(page).nth(number).locator(".pick label").click()
    page.locator("[data-selection]").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", level=1, name="Delete 2 records?")).to_be_visible()
    page.get_by_role("button", name="Delete 2 records").click()

    expect_address(page, f"?q={word}&sort=email")
    assert titles(page) == [f"{word}-02@readers.example"]


def test_theme_and_language_are_switched(visit, new_person):
    page = visit(new_person("Staff"), **NO_SCRIPTS)
    page.goto("/home/")

    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("button", name="Português").click()

    expect(page.locator("html")).to_have_attribute("lang", "pt")


@pytest.mark.parametrize("number", [0, 2])
def test_chart_is_a_table_that_leads_to_the_list(visit, number):
    page = visit("admin", **NO_SCRIPTS)
    page.goto("/blog/posts/chart/status")

    page.get_by_text("Data table").click()
    cells = page.locator("figure.chart tbody tr").nth(number).locator("th, td").all_inner_texts()
    page.get_by_role("link", name=cells[0], exact=True).click()

    expect(page).to_have_url(re.compile("/blog/posts/list/"))
    assert count_of(page) == int(cells[1])
