"""Every kind of screen there is, with what a user does to have it in front of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

Step = Callable[[Page], None]
OWNER_OF_LISTS = "todo0001"
# Scripts that come later have made the pickers and drawn the charts, and htmx waits for nothing.
IS_COMPLETE = """() => document.readyState === "complete" && !document.querySelector(
  "select[data-picker]:not(.tomselected), [data-chart] canvas:not([style]), .htmx-request")"""


@dataclass(frozen=True)
class Screen:
    """An address, who asks for it, and what they do there."""

    name: str
    path: str
    user: str = "admin"
    then: Step | None = None

    def open(self, page: Page) -> None:
        """Show the screen and wait until nothing is loading any more."""
        page.goto(self.path)
        if self.then:
            self.then(page)
        page.wait_for_function(IS_COMPLETE)


def press(name: str) -> Step:
    """A step that presses the first button of this name."""
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def tick_rows(page: Page) -> None:
    """Tick two rows, so that the bar with the actions shows."""
    for row in (0, 1):
        page.locator("tbody .pick label").nth(row).click()


def open_row_menu(page: Page) -> None:
    """Open the menu of the first row."""
    page.locator("tbody tr").first.get_by_role("button", name="Actions for").click()


def ask_to_delete(page: Page) -> None:
    """Have the question shown that stands before a deletion."""
    page.locator("tbody tr").first.get_by_role("link", name="Delete ").click()
    expect(page.locator("#question")).to_be_visible()


def open_account_menu(page: Page) -> None:
    """Open the menu behind one's initials."""
    page.locator("[popovertarget=account]").click()


def pick_a_choice(page: Page) -> None:
    """Open the list of what a picker offers."""
    page.locator(".ts-control input").first.click()
    expect(page.locator(".ts-dropdown .option").first).to_be_visible()


POSTS = "/blog/posts/list/"
SHORT = f"{POSTS}?page_size=10"

SCREENS = (
    Screen("login", "/login/", user=""),
    Screen("login-refused", "/login/", user="", then=press("Log in")),
    Screen("visitor-404", "/nowhere", user=""),
    Screen("home", "/home/"),
    Screen("home-without-rights", "/home/", user="cast-stranger"),
    Screen("profile", "/profile/"),
    Screen("profile-edit", "/profile/edit/"),
    Screen("password", "/profile/password/"),
    Screen("password-refused", "/profile/password/", then=press("Change the password")),
    Screen("400", f"{POSTS}?page=x&sort=nope"),
    Screen("403", "/administration/users/list/", user="viewer"),
    Screen("404", "/blog/posts/show/999999"),
    Screen("list", SHORT),
    Screen("list-filtered", f"{SHORT}&q=e&filter=status:any:published&filter=kind:any:text"),
    Screen("list-nothing-matches", f"{SHORT}&q=zzzzzz"),
    Screen("list-ticked", SHORT, then=tick_rows),
    Screen("list-filters", f"{SHORT}&filter=author:any:1", then=press("Filter 1 condition")),
    Screen("list-columns", SHORT, then=press("Columns")),
    Screen("list-exports", SHORT, then=press("Export")),
    Screen("list-row-menu", SHORT, then=open_row_menu),
    Screen("list-question", SHORT, then=ask_to_delete),
    Screen("account-menu", SHORT, then=open_account_menu),
    Screen("show", "/blog/posts/show/1"),
    Screen("add", "/blog/posts/add"),
    Screen("add-picker", "/blog/posts/add", then=pick_a_choice),
    Screen("add-refused", "/blog/posts/add", then=press("Save")),
    Screen("edit", "/blog/posts/edit/1"),
    Screen("delete", "/blog/posts/delete/1"),
    Screen("chart", "/blog/posts/chart/"),
    Screen("todo-list", "/todo/todo-items/list/?page_size=10", user=OWNER_OF_LISTS),
    Screen("todo-show", "/todo/todo-lists/show/1", user=OWNER_OF_LISTS),
    Screen("todo-add-refused", "/todo/todo-items/add", user=OWNER_OF_LISTS, then=press("Save")),
    Screen("todo-edit", "/todo/todo-lists/edit/1", user=OWNER_OF_LISTS),
    Screen("todo-delete", "/todo/todo-lists/delete/1", user=OWNER_OF_LISTS),
    Screen("todo-chart", "/todo/todo-items/chart/", user=OWNER_OF_LISTS),
    Screen("users", "/administration/users/list/?page_size=10"),
    Screen("user", "/administration/users/show/1"),
    Screen("user-add", "/administration/users/add"),
    Screen("user-password", "/administration/users/password/2"),
    Screen("roles", "/administration/roles/list/"),
    Screen("role-edit", "/administration/roles/edit/1"),
    Screen("groups-empty", "/administration/groups/list/"),
    Screen("group-add", "/administration/groups/add"),
    Screen("permissions", "/administration/permissions/list/?page_size=10"),
    Screen("permission", "/administration/permissions/show/1"),
)

every_screen = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
