"""Every kind of screen there is, with what a user does to have it in front of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import factor_steps, mail_steps, steps

Step = Callable[[Page], None]
OWNER_OF_LISTS = "todo0001"
OWNER_OF_MAILS = "cast-teammate"
OWNER_OF_FACTORS = "todo0009"
FACTORS = factor_steps.FACTORS
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


def act_as_them(page: Page) -> None:
    """Give a reason and begin to act as the user."""
    page.get_by_label("Reason").fill("Request 17")
    press("Begin")(page)
    expect(page.get_by_role("region", name="You act as")).to_be_visible()


def make_a_key(page: Page) -> None:
    """Make a key that may read one thing, and have it shown."""
    page.get_by_label("Name").fill("Nightly report")
    page.get_by_label("Find a right").fill("posts")
    page.locator(".subjects li:visible input").first.check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#key")).to_be_visible()


def change_a_right(page: Page) -> None:
    """Give a right and take one, and look at what that does."""
    page.locator("[name=permissions]:enabled:checked").first.uncheck()
    page.locator("[name=permissions]:enabled:not(:checked)").nth(3).check()
    page.get_by_role("button", name="Review the changes").click()
    expect(page.locator(".difference.takes")).to_be_visible()


def upload_roles(page: Page) -> None:
    """Have shown what a file of roles would change."""
    role = {"name": "Blog Moderator", "rights": ["read Post", "edit Subscriber", "fly Kite"]}
    content = {"format": "bureau-roles", "version": 1, "roles": [role]}
    file = {"name": "roles.json", "mimeType": "application/json"}
    page.locator("#file").set_input_files(file | {"buffer": json.dumps(content).encode()})
    page.get_by_role("button", name="Review the changes").click()
    expect(page.locator(".difference.unknown")).to_be_visible()


POSTS = "/blog/posts/list/"
SHORT = f"{POSTS}?page_size=10"

SCREENS = (
    Screen("login", "/login/", user=""),
    Screen("login-refused", "/login/", user="", then=press("Log in")),
    Screen("forgot", "/forgot/", user=""),
    Screen("forgot-refused", "/forgot/", user="", then=press("Send the link")),
    Screen("forgot-sent", "/forgot/", user="", then=mail_steps.ask_for_a_password),
    Screen("register", "/register/", user=""),
    Screen("register-refused", "/register/", user="", then=press("Send the link")),
    Screen("link-gone", "/links/password/nothing", user=""),
    Screen("visitor-404", "/nowhere", user=""),
    Screen("home", "/home/"),
    Screen("home-without-rights", "/home/", user="cast-stranger"),
    Screen("profile", "/profile/"),
    Screen("profile-edit", "/profile/edit/"),
    Screen("password", "/profile/password/"),
    Screen("own-sessions", "/profile/sessions/"),
    Screen("own-keys-empty", "/profile/keys/", user="cast-stranger"),
    Screen("key-add", "/profile/keys/add/"),
    Screen("key-add-refused", "/profile/keys/add/", then=press("Make the key")),
    Screen("key-made", "/profile/keys/add/", then=make_a_key),
    Screen("own-keys", "/profile/keys/"),
    Screen("api-keys", "/administration/api-keys/list/"),
    Screen("logged-out-elsewhere", "/login/?left=company", user=""),
    Screen("provider-away", "/login/with/company/", user=""),
    Screen("identities", "/profile/identities/", user="cast-owner"),
    Screen("identities-none", "/profile/identities/"),
    Screen("factors-none", FACTORS, user="cast-stranger"),
    Screen("factor-app", FACTORS, user="cast-stranger", then=factor_steps.show_an_app),
    Screen("factor-refused", FACTORS, user="cast-stranger", then=factor_steps.mistype_its_code),
    Screen("factor-codes", FACTORS, user=OWNER_OF_FACTORS, then=factor_steps.draw_codes),
    Screen("factors", FACTORS, user=OWNER_OF_FACTORS, then=factor_steps.set_up_an_app),
    Screen("factor-asked", FACTORS, user=OWNER_OF_FACTORS, then=factor_steps.meet_the_question),
    Screen("role-policy", "/administration/roles/policy/2"),
    Screen("confirm", "/confirm/"),
    Screen("confirm-refused", "/confirm/", then=press("Continue")),
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
    Screen("cell", SHORT, then=steps.open_a_cell),
    Screen("cell-refused", SHORT, then=steps.empty_a_cell),
    Screen("cell-page", "/blog/posts/cell/1/title"),
    Screen("bulk-edit", SHORT, then=steps.edit_many),
    Screen("bulk-edit-refused", SHORT, then=steps.edit_many_without_a_value),
    Screen("trash", "/blog/posts/trash/", then=steps.throw_a_post_away),
    Screen("undo-offered", "/home/", user=OWNER_OF_LISTS, then=steps.save_a_list),
    Screen("undo-refused", "/home/", user=OWNER_OF_LISTS, then=steps.undo_what_was_changed_again),
    Screen("conflict", "/home/", user=OWNER_OF_LISTS, then=steps.be_late),
    Screen("history", "/home/", user=OWNER_OF_LISTS, then=steps.read_its_history),
    Screen("changes", "/administration/changes/list/?page_size=10"),
    Screen("change", "/administration/changes/show/1"),
    Screen("users", "/administration/users/list/?page_size=10"),
    Screen("user", "/administration/users/show/1"),
    Screen("user-impersonate", "/administration/users/impersonate/2"),
    Screen("user-impersonate-refused", "/administration/users/impersonate/2", then=press("Begin")),
    Screen("acting", "/administration/users/impersonate/2", then=act_as_them),
    Screen("sessions", "/administration/sessions/list/"),
    Screen("user-add", "/administration/users/add"),
    Screen("user-password", "/administration/users/password/2"),
    Screen("roles", "/administration/roles/list/"),
    Screen("role", "/administration/roles/show/2"),
    Screen("role-add", "/administration/roles/add?copy=2"),
    Screen("role-edit", "/administration/roles/edit/2"),
    Screen("role-locked", "/administration/roles/edit/1"),
    Screen("role-preview", "/administration/roles/edit/2", then=change_a_right),
    Screen("role-transfer", "/administration/roles/transfer/"),
    Screen("role-upload", "/administration/roles/transfer/", then=upload_roles),
    Screen("why", "/administration/why/"),
    Screen("why-answer", "/administration/why/?user=author&url=/blog/posts/edit/1"),
    Screen("moderation", "/content/moderation/"),
    Screen("comment-form", "/content/comments/new/post/1", user=""),
    Screen("registrations-empty", "/administration/registrations/list/"),
    Screen("mails", "/profile/edit/", user=OWNER_OF_MAILS, then=mail_steps.cause_a_mail),
    Screen("mail", "/profile/edit/", user=OWNER_OF_MAILS, then=mail_steps.read_a_mail),
    Screen("security-events", "/administration/security-events/list/?page_size=10"),
    Screen("security-event", "/administration/security-events/show/1"),
    Screen("groups-empty", "/administration/groups/list/"),
    Screen("group-add", "/administration/groups/add"),
    Screen("permissions", "/administration/permissions/list/?page_size=10"),
    Screen("permission", "/administration/permissions/show/1"),
)

every_screen = pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
