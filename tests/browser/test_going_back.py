"""Back, expired sessions and half-filled forms: nothing is lost without a word."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.listing import (
    SUBSCRIBERS,
    expect_address,
    expect_count,
    log_in,
    rows,
    titles,
)

ADD_LIST = "/todo/todo-lists/add"
TODO_USER = "Todo User"


def questions(page: Page, *, leave: bool = False) -> list[str]:
    """The kinds of questions that the browser asks from now on; each is answered."""
    asked: list[str] = []

    def answer(dialog) -> None:
        asked.append(dialog.type)
        dialog.accept() if leave else dialog.dismiss()

    page.on("dialog", answer)
    return asked


def test_back_restores_the_list_that_was_left(visit, new_subscribers):
    word = new_subscribers(4)
    page = visit("staff")
    page.goto(SUBSCRIBERS)
    page.get_by_role("searchbox").fill(word)
    expect_count(page, 4)
    page.get_by_role("columnheader", name="Email").get_by_role("link").click()
    expect_address(page, f"?q={word}&sort=email")
    before = titles(page)

    rows(page).nth(1).locator(".lead > a:not(.pen)").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(word)
    page.go_back()

    expect_address(page, f"?q={word}&sort=email")
    expect(page.get_by_role("searchbox")).to_have_value(word)
    assert titles(page) == before


def test_back_undoes_the_last_change_of_the_list(visit, new_subscribers):
    word = new_subscribers(2)
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q={word}")

    page.get_by_role("columnheader", name="Email").get_by_role("link").click()
    expect_address(page, f"?q={word}&sort=email")
    page.go_back()

    expect_address(page, f"?q={word}")
    expect(page.get_by_role("columnheader", name="Email")).not_to_have_attribute(
        "aria-sort", "ascending"
    )


def test_edit_from_a_list_returns_to_it(visit, new_subscribers):
    word = new_subscribers(3)
    page = visit("staff")
    page.goto(f"{SUBSCRIBERS}?q={word}&sort=-email")

    rows(page).first.hover()
    rows(page).first.get_by_role("link", name="Edit ").click()
    page.get_by_label("Locale").fill("pt")
    page.get_by_role("button", name="Save", exact=True).click()

    expect_address(page, f"?q={word}&sort=-email")
    expect(rows(page).first.locator("[data-label=Locale]")).to_have_text("pt")


def test_search_after_the_session_has_ended_leads_to_login_and_back(visit, live_server):
    page = visit("staff")
    page.goto(SUBSCRIBERS)

    page.context.clear_cookies()
    page.get_by_role("searchbox").fill("an")
    expect(page.get_by_role("heading", name="Log in to Bureau")).to_be_visible()
    log_in(page, "staff", live_server.password)

    expect(page).to_have_url(re.compile(re.escape(SUBSCRIBERS)))
    expect(page.get_by_role("searchbox")).to_have_value("an")


def test_save_after_the_session_has_ended_loses_nothing(visit, new_person, live_server):
    username = new_person(TODO_USER)
    page = visit(username)
    page.goto(ADD_LIST)
    page.get_by_label("Name").fill("Half a thought")

    page.context.clear_cookies()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Log in to Bureau")).to_be_visible()
    log_in(page, username, live_server.password)

    expect(page).to_have_url(re.compile(f"{ADD_LIST}$"))
    expect(page.get_by_label("Name")).to_have_value("Half a thought")


def test_leaving_unsaved_work_asks_first(visit, new_person):
    page = visit(new_person(TODO_USER))
    page.goto(ADD_LIST)
    asked = questions(page)

    page.get_by_label("Name").press_sequentially("Not yet")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("link", name="Home").click()

    expect(page.get_by_label("Name")).to_have_value("Not yet")
    assert asked == ["beforeunload"]


def test_refused_form_counts_as_unsaved(visit, new_person):
    page = visit(new_person(TODO_USER))
    page.goto(ADD_LIST)
    page.get_by_label("Colour").select_option(label="Green")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    asked = questions(page, leave=True)

    page.get_by_role("link", name="Home").click()

    expect(page).to_have_url(re.compile("/home/$"))
    assert asked == ["beforeunload"]


def test_nothing_is_asked_where_nothing_would_be_lost(visit, new_person):
    page = visit(new_person(TODO_USER))
    page.goto(ADD_LIST)
    asked = questions(page)

    page.get_by_label("Name").press_sequentially("Gone")
    page.get_by_label("Name").fill("")
    expect(page.get_by_text("Not saved yet")).to_be_hidden()
    page.get_by_role("link", name="Home").click()
    expect(page).to_have_url(re.compile("/home/$"))
    page.goto(ADD_LIST)
    page.get_by_label("Name").fill("Kept")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Kept")).to_be_visible()

    assert asked == []


def test_list_out_of_date_says_so_when_the_server_is_silent(visit):
    page = visit("staff")
    page.goto(SUBSCRIBERS)
    page.route("**/list/?q=*", lambda route: route.abort())

    page.get_by_role("searchbox").fill("xx")

    expect(page.get_by_role("status").filter(has_text="did not answer")).to_be_visible()
    expect(rows(page)).to_have_count(25)
