"""An admin gives a right and takes it back; what the other person sees follows at once."""

from __future__ import annotations

import itertools

from playwright.sync_api import Page, expect

from tests.browser.listing import log_in

NUMBERS = itertools.count(1)
RIGHT = "Read – Subscribers"
PASSWORD = "seven unhurried herons"


def pick(page: Page, label: str, words: str, choice: str) -> None:
    """Type into a picker and take what it offers."""
    picker = page.get_by_role("combobox", name=label, exact=True)
    picker.press_sequentially(words, delay=20)
    page.get_by_role("option", name=choice, exact=True).click()
    picker.press("Tab")


def save(page: Page) -> None:
    """Save the form."""
    page.get_by_role("button", name="Save", exact=True).click()


def add_role(page: Page) -> str:
    """Make a role with one right, and give its name."""
    name = f"Reader {next(NUMBERS)}"
    page.goto("/administration/roles/add")
    page.get_by_label("Name").fill(name)
    page.get_by_role("searchbox", name="Find a right").fill("subscribers")
    page.get_by_role("checkbox", name=RIGHT).check()
    save(page)
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    return name


def add_user(page: Page, role: str) -> str:
    """Make a user with this role, and give the name to log in with."""
    username = f"reader{next(NUMBERS)}"
    page.goto("/administration/users/add")
    page.get_by_label("User name").fill(username)
    page.get_by_label("First name").fill("Rea")
    page.get_by_label("Last name").fill("Der")
    page.get_by_label("Mail address").fill(f"{username}@people.example")
    page.get_by_label("Active").select_option(label="Yes")
    pick(page, "Roles", role, role)
    page.get_by_label("Password").fill(PASSWORD)
    save(page)
    expect(page.locator(".facts")).to_contain_text(role)
    return username


def test_right_given_is_a_menu_and_right_revoked_is_gone(visit):
    admin, reader = visit("admin"), visit()
    role = add_role(admin)
    username = add_user(admin, role)

    reader.goto("/login/")
    log_in(reader, username, PASSWORD)
    menu = reader.get_by_role("navigation", name="Menu")
    expect(menu.get_by_role("link")).to_have_text(["Home", "Subscribers"])
    menu.get_by_role("link", name="Subscribers").click()
    expect(reader.get_by_role("heading", level=1, name="Subscribers")).to_be_visible()
    expect(reader.get_by_role("link", name="New subscriber")).to_have_count(0)

    revoke(admin, role)
    reader.get_by_role("columnheader", name="Email").get_by_role("link").click()

    expect(reader.get_by_text("Error 403")).to_be_visible()
    expect(menu.get_by_role("link")).to_have_text(["Home"])


def revoke(page: Page, role: str) -> None:
    """Take the one right out of the role."""
    page.goto("/administration/roles/list/")
    page.get_by_role("searchbox").fill(role)
    page.get_by_role("link", name=f"Edit {role}").click()
    page.get_by_role("checkbox", name=RIGHT).uncheck()
    page.get_by_role("button", name="Review the changes").click()
    expect(page.locator(".difference.takes")).to_contain_text("1 person loses it")
    save(page)
    expect(page.get_by_role("status").filter(has_text=f"{role} was saved.")).to_be_visible()


def test_row_is_ticked_at_once_and_only_what_is_given_shows(visit):
    page = visit("admin")
    page.goto("/administration/roles/add")
    row = page.locator("[data-row]", has_text="Digests")

    row.get_by_role("checkbox", name="All – Digests").check()
    boxes = row.locator("[name=permissions]")
    expect(boxes.first).to_be_checked()
    expect(row.locator("[name=permissions]:not(:checked)")).to_have_count(0)
    boxes.first.uncheck()
    expect(row.locator("[data-all]")).to_have_js_property("indeterminate", True)
    page.get_by_label("Only what is given").check()

    expect(page.locator("[data-row]:visible")).to_have_count(1)
    page.get_by_role("searchbox", name="Find a right").fill("no such thing")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_member_is_added_and_removed_on_the_page_of_a_role(visit, new_person):
    username = new_person("Viewer")
    page = visit("admin")
    role = add_role(page)

    pick(page, "Give the role to", username, f"{username.capitalize()} Person")
    page.locator(".members").first.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").filter(has_text=f"The members of {role}")).to_be_visible()
    members = page.locator(".members").first.get_by_role("listitem")
    expect(members).to_have_count(1)
    members.get_by_role("button", name="Take the role from").click()

    expect(page.locator(".members").first).to_contain_text("Nobody")


def test_refused_page_leads_to_the_reason(visit):
    page = visit("admin")

    page.goto("/administration/permissions/add")
    page.get_by_role("link", name="Why?", exact=True).last.click()

    expect(page.get_by_role("heading", level=2, name="No,")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("is not offered there")


def test_weak_password_is_refused_beside_its_field(visit):
    page = visit("admin")
    page.goto("/administration/users/add")

    page.get_by_label("User name").fill("hasty")
    page.get_by_label("First name").fill("Has")
    page.get_by_label("Last name").fill("Ty")
    page.get_by_label("Mail address").fill("hasty@people.example")
    page.get_by_label("Password").fill("hasty")
    save(page)

    expect(page.get_by_role("alert").get_by_role("link", name="Password")).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("hasty")
    expect(page.get_by_label("Password")).to_have_value("")


def test_deactivated_user_is_out_at_the_next_click(visit, new_person):
    username = new_person("Staff")
    admin, staff = visit("admin"), visit(username)
    staff.goto("/blog/subscribers/list/")

    admin.goto(f"/administration/users/list/?q={username}")
    admin.locator("tbody .pick label").click()
    admin.locator("[data-selection]").get_by_role("button", name="Deactivate").click()
    admin.get_by_role("dialog", name="Deactivate").get_by_role("button", name="Deactivate").click()
    expect(admin.get_by_role("status").filter(has_text="1 user was changed.")).to_be_visible()
    staff.get_by_role("link", name="Next").click()

    expect(staff.get_by_role("heading", name="Log in to Bureau")).to_be_visible()


def test_new_password_ends_the_sessions_of_its_owner(visit, new_person):
    username = new_person("Staff")
    admin, staff, again = visit("admin"), visit(username), visit()

    admin.goto(f"/administration/users/list/?q={username}")
    admin.locator(".lead a:not(.pen)").click()
    admin.get_by_role("link", name="Set a password").click()
    for control in admin.locator("input[type=password]").all():
        control.fill(PASSWORD)
    admin.get_by_role("button", name="Change the password").click()
    expect(admin.get_by_role("status").filter(has_text="The password was set.")).to_be_visible()
    staff.goto("/home/")
    again.goto("/login/")
    log_in(again, username, PASSWORD)

    expect(staff.get_by_role("heading", name="Log in to Bureau")).to_be_visible()
    expect(again.get_by_role("heading", level=1)).to_contain_text("Hello, ")
