"""What staff type is not lost: not by a closed tab, a log-out or somebody who was faster."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.features.blog.newsletter.models import Subscriber
from tests.browser.axe import COLOUR_RULES, violations
from tests.fixtures.browser import session_cookie

TODO_USER = "Todo User"
ADD_LIST = "/todo/todo-lists/add"
OFFER = "You typed something here on"
PHONE = {"width": 375, "height": 720}


def kept(page: Page) -> int:
    """How many drafts the browser keeps."""
    return page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('bureau-draft:')).length"
    )


def wait_for_draft(page: Page, text: str) -> None:
    """Wait until the browser has written down what was typed."""
    page.wait_for_function(
        "(text) => Object.entries(localStorage).some(([key, value]) =>"
        " key.startsWith('bureau-draft:') && value.includes(text))",
        arg=text,
    )


def offer(page: Page):
    return page.get_by_role("status").filter(has_text=OFFER)


def write_name(page: Page, name: str) -> None:
    page.goto(ADD_LIST)
    page.get_by_label("Name").fill(name)
    wait_for_draft(page, name)


@pytest.fixture
def person(new_person):
    return new_person(TODO_USER)


@pytest.fixture
def subscriber(storing):
    """A function that stores a subscriber, and gives the address of its edit page."""

    def make(email: str) -> str:
        with storing():
            row = Subscriber(email=email, locale="en")
            db.session.add(row)
            db.session.commit()
            key = row.id
        return f"/blog/subscribers/edit/{key}"

    return make


def test_a_closed_tab_loses_nothing(visit, person):
    page = visit(person)
    write_name(page, "Garden shed")
    page.get_by_label("Colour").select_option(label="Amber")
    wait_for_draft(page, "amber")

    page.close()
    again = page.context.new_page()
    again.goto(ADD_LIST)

    expect(again.get_by_label("Name")).to_have_value("")
    offer(again).get_by_role("button", name="Restore").click()
    expect(again.get_by_label("Name")).to_have_value("Garden shed")
    expect(again.get_by_label("Colour")).to_have_value("amber")
    expect(again.get_by_text("Not saved yet")).to_be_visible()


def test_what_is_typed_before_the_script_has_come_is_kept_too(visit, person):
    page = visit(person)
    held = []

    def hold(route) -> None:
        held.append(route)

    page.route("**/drafts-*.js", hold)
    page.goto(ADD_LIST)
    page.get_by_label("Name").fill("Typed early")
    expect(page.get_by_text("Not saved yet")).to_be_visible()

    held[0].continue_()

    wait_for_draft(page, "Typed early")


def test_a_draft_is_forgotten_once_it_is_saved(visit, person):
    page = visit(person)
    write_name(page, "Attic")

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Attic")).to_be_visible()

    assert kept(page) == 0
    page.goto(ADD_LIST)
    expect(page.get_by_label("Name")).to_have_value("")
    expect(offer(page)).to_have_count(0)


def test_a_refused_save_keeps_the_draft(visit, person):
    page = visit(person)
    write_name(page, "x")
    page.get_by_label("Name").fill("")
    page.get_by_label("Colour").select_option(label="Amber")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()

    assert kept(page) == 1
    expect(offer(page)).to_have_count(0)
    page.close()
    again = page.context.new_page()
    again.goto(ADD_LIST)
    expect(offer(again)).to_be_visible()


def test_a_discarded_draft_is_gone(visit, person):
    page = visit(person)
    write_name(page, "Attic")
    page.close()
    again = page.context.new_page()
    again.goto(ADD_LIST)

    offer(again).get_by_role("button", name="Discard").click()

    assert kept(again) == 0
    again.reload()
    expect(again.get_by_label("Name")).to_be_visible()
    expect(offer(again)).to_have_count(0)


def test_a_log_out_keeps_the_draft_for_its_owner_alone(visit, new_person, live_server):
    owner, other = new_person(TODO_USER), new_person(TODO_USER)
    page = visit(owner)
    write_name(page, "My secret list")
    page.on("dialog", lambda dialog: dialog.accept())
    context, name = page.context, live_server.app.config["SESSION_COOKIE_NAME"]

    def become(username: str) -> None:
        cookie = {"name": name, "value": session_cookie(live_server, username)}
        context.add_cookies([{**cookie, "url": live_server.url}])
        page.goto(ADD_LIST)
        expect(page.get_by_label("Name")).to_have_value("")

    become(other)
    expect(offer(page)).to_have_count(0)
    assert "My secret list" not in page.content()
    become(owner)
    offer(page).get_by_role("button", name="Restore").click()
    expect(page.get_by_label("Name")).to_have_value("My secret list")


def test_an_old_draft_is_forgotten(visit, person):
    page = visit(person)
    write_name(page, "Attic")
    page.close()
    again = page.context.new_page()
    again.goto("/profile/")
    again.evaluate(
        """() => { for (const key of Object.keys(localStorage)) {
          const draft = JSON.parse(localStorage[key]);
          localStorage[key] = JSON.stringify({ ...draft, at: Date.now() - 8 * 24 * 3600 * 1000 });
        } }"""
    )

    again.goto(ADD_LIST)

    expect(offer(again)).to_have_count(0)
    again.wait_for_function("localStorage.length === 0")


def test_no_password_is_ever_kept(visit):
    page = visit("admin")
    page.goto("/administration/users/add")
    page.locator("input[type=password]").first.fill("hunter2hunter2")
    page.get_by_label("User name").fill("newcomer")
    wait_for_draft(page, "newcomer")

    assert "hunter2" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_restored_draft_does_not_pass_over_what_others_saved(visit, subscriber):
    path = subscriber("draft@readers.example")
    page = visit("staff")
    page.goto(path)
    page.get_by_label("Email").fill("mine@readers.example")
    wait_for_draft(page, "mine@")
    page.close()
    save_as_admin(visit, path, "theirs@readers.example")
    again = page.context.new_page()
    again.goto(path)

    offer(again).get_by_role("button", name="Restore").click()
    again.get_by_role("button", name="Save", exact=True).click()

    expect(again.get_by_role("alert")).to_contain_text("so nothing was saved yet")
    clash = again.get_by_role("group", name="Email")
    expect(clash).to_contain_text("theirs@readers.example")
    expect(clash.get_by_role("textbox")).to_have_value("mine@readers.example")


def save_as_admin(visit, path: str, email: str) -> Page:
    page = visit("admin")
    page.goto(path)
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=email)).to_be_visible()
    return page


def test_the_loser_of_a_conflict_decides_and_saves(visit, subscriber):
    path = subscriber("both@readers.example")
    page = visit("staff", reduced_motion="reduce")
    page.goto(path)
    page.get_by_label("Email").fill("mine@both.example")
    save_as_admin(visit, path, "theirs@both.example")

    page.get_by_role("button", name="Save", exact=True).click()

    clash = page.get_by_role("group", name="Email")
    expect(clash.get_by_role("radio", name="Theirs")).not_to_be_checked()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOUR_RULES) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    clash.get_by_role("textbox").fill("mine-again@both.example")
    expect(clash.get_by_role("radio", name="Mine")).to_be_checked()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="mine-again@both.example")).to_be_visible()


def test_an_open_form_says_who_else_is_there_and_what_happened(visit, subscriber):
    path = subscriber("open@readers.example")
    page, other = visit("staff"), visit("admin")
    page.clock.install()
    other.goto(path)
    page.goto(path)
    region = page.locator("[data-presence]")
    expect(region).to_contain_text("has this record open too.")
    other.get_by_label("Email").fill("changed@readers.example")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_role("heading", level=1)).to_have_text("changed@readers.example")

    page.clock.run_for(21_000)

    expect(region).to_contain_text("changed this record")
    page.get_by_label("Email").fill("mine@open.example")
    region.get_by_role("button", name="Compare").click()
    clash = page.get_by_role("group", name="Email")
    expect(clash).to_contain_text("changed@readers.example")
    expect(clash.get_by_role("textbox")).to_have_value("mine@open.example")
