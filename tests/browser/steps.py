"""What staff do before they meet the screens of history, undo, conflicts, trash and quick edits."""

from __future__ import annotations

import itertools

from playwright.sync_api import Page, expect

LISTS = "/todo/todo-lists"
NUMBERS = itertools.count(1)


def save(page: Page) -> None:
    """Press the button that saves."""
    page.get_by_role("button", name="Save", exact=True).click()


def write(page: Page, text: str) -> None:
    """Write into the editor, which takes the place of the plain field a moment after the load."""
    page.locator(".ProseMirror").fill(text)


def add_a_list(page: Page) -> str:
    """Make a list of things to do; its page shows with the offer to undo. Gives its address."""
    page.goto(f"{LISTS}/add")
    page.get_by_label("Name").fill(f"Screen {next(NUMBERS)}")
    save(page)
    expect(page.locator(".toast .undo")).to_be_visible()
    return page.url.rpartition("/")[2]


def rename(page: Page, key: str, name: str) -> None:
    """Give the list another name, which no other list may have."""
    name = f"{name} of {key}"
    page.goto(f"{LISTS}/edit/{key}")
    page.get_by_label("Name").fill(name)
    save(page)
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def save_a_list(page: Page) -> None:
    """Come to the message that offers to undo."""
    add_a_list(page)


def read_its_history(page: Page) -> None:
    """Come to the history of a list that was renamed."""
    key = add_a_list(page)
    rename(page, key, "Another name")
    page.goto(f"{LISTS}/history/{key}")


def undo_what_was_changed_again(page: Page) -> None:
    """Come to the page that says what could not be undone."""
    key = add_a_list(page)
    rename(page, key, "Second name")
    rename(page, key, "Third name")
    page.goto(f"{LISTS}/history/{key}")
    page.get_by_role("button", name="Undo", exact=True).nth(1).click()
    expect(page.get_by_role("heading", name="This stays as it is")).to_be_visible()


def be_late(page: Page) -> None:
    """Save a list that was renamed in another window meanwhile."""
    key = add_a_list(page)
    page.goto(f"{LISTS}/edit/{key}")
    page.get_by_label("Name").fill(f"Mine of {key}")
    other = page.context.new_page()
    rename(other, key, "Theirs")
    other.close()
    save(page)
    expect(page.locator("[data-clash]")).to_be_visible()


def throw_a_post_away(page: Page) -> None:
    """Come to the trash with something in it."""
    page.goto("/blog/posts/add")
    page.get_by_label("Title").fill(f"For the trash {next(NUMBERS)}")
    page.get_by_label("Kind").select_option("text")
    write(page, "Nothing that anybody needs.")
    save(page)
    page.get_by_role("link", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the record").click()
    expect(page.get_by_role("status").filter(has_text="was deleted.")).to_be_visible()
    page.goto("/blog/posts/trash/")


def open_a_cell(page: Page) -> None:
    """Edit the first cell of the second row, as the keyboard does."""
    expect(page.locator("tbody .pen").first).to_be_attached()
    page.locator("tbody tr").nth(1).locator(".lead > a").first.focus()
    page.keyboard.press("F2")
    expect(page.locator("form.in-cell .input")).to_be_focused()


def empty_a_cell(page: Page) -> None:
    """Have a value refused that must be there."""
    open_a_cell(page)
    page.locator("form.in-cell .input").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("form.in-cell .error")).to_be_visible()


def edit_many(page: Page) -> None:
    """Open the form for three rows, and tick a field in it."""
    for row in (0, 1, 2):
        page.locator("tbody .pick label").nth(row).click()
    page.locator("[data-selection]").get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("checkbox", name="Comments open", exact=True).check()


def edit_many_without_a_value(page: Page) -> None:
    """Have it refused, because nothing was chosen."""
    edit_many(page)
    page.get_by_role("button", name="Save 3 records").click()
    expect(page.get_by_role("alert")).to_be_visible()
