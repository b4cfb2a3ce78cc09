"""Staff change records: what is refused keeps their text, and nothing goes without a question."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.listing import SUBSCRIBERS, expect_count, rows
from tests.browser.steps import write

TODO_USER = "Todo User"
ADD_LIST = "/todo/todo-lists/add"


def add_list(page: Page, name: str) -> None:
    """Make a list of things to do, and land on its page."""
    page.goto(ADD_LIST)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def toast(page: Page, text: str):
    """The message of the last action."""
    return page.get_by_role("status").filter(has_text=text)


def test_refused_save_keeps_the_text_and_says_why(visit):
    page = visit("author")
    page.goto("/blog/posts/add")

    page.get_by_label("Title").fill("A bench by the sea")
    page.get_by_role("button", name="Save", exact=True).click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("A bench by the sea")
    summary.get_by_role("link").first.click()
    invalid = page.locator("[aria-invalid=true]").first
    expect(invalid).to_be_focused()
    described_by = invalid.get_attribute("aria-describedby").split()
    assert page.locator(f"#{described_by[-1]}").inner_text()


def test_refused_save_succeeds_once_it_is_put_right(visit):
    page = visit("author")
    page.goto("/blog/posts/add")

    page.get_by_label("Title").fill("The ferry at noon")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Kind").select_option(label="Text")
    write(page, "It was late.")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(toast(page, "The ferry at noon was added.")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="The ferry at noon")).to_be_visible()


def test_record_is_opened_edited_and_saved(visit, new_person):
    page = visit(new_person(TODO_USER))
    add_list(page, "Attic")

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Attic and cellar")
    page.get_by_label("Colour").select_option(label="Amber")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(toast(page, "Attic and cellar was saved.")).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("Amber")


def test_save_and_add_another_begins_again(visit, new_person):
    page = visit(new_person(TODO_USER))
    page.goto(ADD_LIST)

    page.get_by_label("Name").fill("One")
    page.get_by_role("button", name="Save and add another").click()

    expect(toast(page, "One was added.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page).to_have_url(re.compile(re.escape(ADD_LIST)))


def test_related_record_is_added_from_the_page_of_its_owner(visit, new_person):
    page = visit(new_person(TODO_USER))
    add_list(page, "Shed")

    page.get_by_role("link", name="New todo item").click()
    page.get_by_label("Title").fill("Sweep the floor")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", level=1, name="Shed")).to_be_visible()
    expect(page.locator(".related").get_by_role("link", name="Sweep the floor")).to_be_visible()


def test_what_belongs_to_a_record_and_its_history_come_when_they_are_seen(visit, new_person):
    page = visit(new_person(TODO_USER), viewport={"width": 800, "height": 300})
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    add_list(page, "Attic")
    expect(page.get_by_role("heading", level=1, name="Attic")).to_be_visible()
    before = [url for url in fetched if "part=latest" in url]

    for name in ("Items", "History"):
        page.get_by_role("heading", name=name).scroll_into_view_if_needed()
        page.mouse.wheel(0, 120)

    expect(page.locator(".latest")).to_contain_text("Attic")
    expect(page.locator(".related").first).to_contain_text("None yet.")
    assert before == []
    page.get_by_role("heading", name="History").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="Attic")).to_be_visible()
    expect(page).to_have_url(re.compile("/history/"))


def test_delete_asks_and_can_be_called_off(visit, new_person):
    page = visit(new_person(TODO_USER))
    add_list(page, "Balcony")

    page.get_by_role("link", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete this record?")
    expect(question).to_contain_text("Balcony")
    expect(question.get_by_role("link", name="Cancel")).to_be_focused()
    question.get_by_role("link", name="Cancel").click()
    expect(question).to_be_hidden()
    page.get_by_role("link", name="Delete").click()
    question.get_by_role("button", name="Delete the record").click()

    expect(toast(page, "Balcony was deleted.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()


def test_ticked_rows_are_deleted(visit, new_subscribers):
    word = new_subscribers(4)
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q={word}&sort=email")

    for number in (0, 2):
        rows(page).nth(number).locator(".pick label").click()
    bar = page.locator("[data-selection]")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 2 records").click()

    expect(toast(page, "2 records were deleted.")).to_be_visible()
    expect(rows(page).locator(".lead")).to_have_text(
        [f"{word}-01@readers.example", f"{word}-03@readers.example"]
    )


def test_all_matching_rows_are_deleted_and_no_others(visit, new_subscribers):
    word, other = new_subscribers(30), new_subscribers(2)
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q={word}")

    page.locator("thead .pick label").click()
    bar = page.locator("[data-selection]")
    expect(bar).to_contain_text("25 selected")
    bar.get_by_role("button", name="Select all 30").click()
    expect(bar).to_contain_text("30 selected")
    bar.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete 30 records?").get_by_role("button").click()

    expect(toast(page, "30 records were deleted.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.goto(f"{SUBSCRIBERS}?q={other}")
    expect_count(page, 2)


def test_clearing_the_selection_hides_its_bar(visit, new_subscribers):
    word = new_subscribers(2)
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q={word}")
    bar = page.locator("[data-selection]")

    expect(bar).to_be_hidden()
    page.locator("thead .pick label").click()
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Clear the selection").click()

    expect(bar).to_be_hidden()
    expect(page.locator("tbody :checked")).to_have_count(0)


def test_row_menu_runs_the_action_of_its_own_row(visit, new_person):
    page = visit(new_person(TODO_USER))
    add_list(page, "Kitchen")
    for title in ("Descale", "Defrost"):
        page.get_by_role("link", name="New todo item").click()
        page.get_by_label("Title").fill(title)
        page.get_by_role("button", name="Save", exact=True).click()

    page.goto("/todo/todo-items/list/?sort=title")
    rows(page).nth(1).hover()
    page.get_by_role("button", name="Actions for Descale").click()
    page.get_by_role("button", name="Tick", exact=True).locator("visible=true").click()

    expect(toast(page, "1 item is done.")).to_be_visible()
    expect(rows(page).filter(has_text="Descale")).to_contain_text("Yes")
    expect(rows(page).filter(has_text="Defrost")).to_contain_text("No")
