"""Everything can be done with the keyboard alone, and one sees where one is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.listing import SUBSCRIBERS, expect_count, rows
from tests.browser.motion import settle

LIST = "/blog/posts/list/?page_size=10"
PATHS = (LIST, "/blog/posts/edit/1", "/blog/posts/show/1", "/profile/edit/")
OFFERED = ".ts-dropdown .option"
MAX_STOPS = 60
# Where the focus is, whether one can see that it is there, and whether it is covered.
FOCUS = """() => {
  const element = document.activeElement;
  const { outlineStyle, boxShadow } = getComputedStyle(element.closest(".ts-control") ?? element);
  const { left, top, width, height } = element.getBoundingClientRect();
  const front = document.elementFromPoint(left + width / 2, top + height / 2);
  const own = [element, element.closest("label")].filter(Boolean);
  return {
    name: element.outerHTML.slice(0, 100),
    order: [...document.querySelectorAll("*")].indexOf(element),
    isMarked: outlineStyle !== "none" || boxShadow !== "none",
    isInFront: !!front && (front.contains(element) || own.some((part) => part.contains(front))),
  };
}"""


def test_slash_goes_to_the_search_and_letters_stay_there(visit, new_subscribers):
    word = new_subscribers(2)
    page = visit("staff")
    page.goto(SUBSCRIBERS)

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type(f"{word}-0", delay=20)

    expect_count(page, 2)
    expect(page.get_by_role("searchbox")).to_have_value(f"{word}-0")


def test_letters_typed_into_a_field_are_no_shortcuts(visit):
    page = visit("staff")
    page.goto(SUBSCRIBERS)

    page.get_by_role("searchbox").press_sequentially("ce/", delay=20)
    page.wait_for_url("**?q=ce%2F")

    expect(page.get_by_role("searchbox")).to_be_focused()


def test_c_begins_a_new_record_and_control_s_saves_it(visit, new_person):
    page = visit(new_person("Todo User"))
    page.goto("/todo/todo-lists/list/")

    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/todo/todo-lists/add$"))
    page.get_by_label("Name").fill("Typed alone")
    page.keyboard.press("Control+s")

    expect(page.get_by_role("heading", level=1, name="Typed alone")).to_be_visible()


def test_e_edits_the_record(visit):
    page = visit("admin")
    page.goto("/blog/posts/show/1")

    page.keyboard.press("e")

    expect(page).to_have_url(re.compile("/blog/posts/edit/1$"))


@pytest.mark.parametrize("key", ["Control+c", "Alt+c", "Meta+c"])
def test_shortcut_needs_its_key_alone(visit, key):
    page = visit("admin")
    page.goto(LIST)

    page.keyboard.press(key)
    page.wait_for_timeout(200)

    expect(page).to_have_url(re.compile("/list/"))


def test_escape_closes_the_dialog_and_gives_the_focus_back(visit):
    page = visit("admin")
    page.goto(LIST)
    opener = page.get_by_role("button", name="Filter", exact=True)

    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Filter Posts")
    expect(dialog).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_menu_is_walked_with_arrows_and_left_with_escape(visit):
    page = visit("admin")
    page.goto(LIST)
    opener = page.get_by_role("button", name="Appearance")

    opener.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="As the system")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Light", exact=True)).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator("#appearance")).to_be_hidden()
    expect(opener).to_be_focused()


def test_menu_of_a_row_acts_on_that_row(visit):
    page = visit("admin")
    page.goto(LIST)
    opener = page.locator("button[popovertarget=row-menu]").nth(2)

    opener.focus()
    page.keyboard.press("ArrowDown")

    item = page.locator("#row-menu button").first
    expect(item).to_be_focused()
    assert item.get_attribute("value") == opener.get_attribute("value")


def test_first_stop_skips_to_the_content(visit):
    page = visit("admin")
    page.goto(LIST)
    skip = page.get_by_role("link", name="Skip to the content")

    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="New post")).to_be_focused()


@pytest.mark.parametrize("path", PATHS)
def test_every_stop_is_in_order_marked_and_not_covered(visit, path):
    page = visit("admin", reduced_motion="reduce")
    page.goto(path)

    stops: list[dict] = []
    for _number in range(MAX_STOPS):
        page.keyboard.press("Tab")
        settle(page)
        stop = page.evaluate(FOCUS)
        if stop["name"].startswith("<body"):
            break
        # The day, the month and the year of a date are stops inside one control.
        if not stops or stop["order"] != stops[-1]["order"]:
            stops.append(stop)

    assert [stop["name"] for stop in stops if not stop["isMarked"]] == []
    assert [stop["name"] for stop in stops if not stop["isInFront"]] == []
    orders = [stop["order"] for stop in stops]
    assert orders == sorted(orders)
    assert len(stops) > 20


def test_record_is_ticked_and_opened_from_its_row(visit):
    page = visit("admin")
    page.goto(LIST)
    first = rows(page).first

    first.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-selection]")).to_contain_text("1 selected")
    page.keyboard.press("Tab")
    expect(first.locator(".lead > a:not(.pen)")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/blog/posts/show/"))


def test_record_is_chosen_in_a_picker(visit):
    page = visit("admin")
    page.goto("/blog/posts/add")
    author = page.get_by_role("combobox", name="Author")

    author.focus()
    # The first choices are offered before anything is typed.
    expect(page.locator(OFFERED).first).to_be_visible()
    page.keyboard.type("Maeve", delay=20)
    expect(page.locator(OFFERED)).to_have_text(["Maeve O’Donnell"])
    page.keyboard.press("Enter")

    expect(page.locator("select[name=author] option:checked")).to_have_text("Maeve O’Donnell")


@pytest.mark.parametrize(
    ("script", "plain", "late"),
    [
        ("picker", "select[name=author]", ".ts-wrapper.single input"),
        ("names", "input[name=tags]", ".ts-wrapper.multi input"),
        ("editor", "textarea[name=body]", ".ProseMirror"),
    ],
)
def test_focus_goes_on_where_a_script_comes_late(visit, script, plain, late):
    page = visit("admin")
    held: list[Route] = []

    def hold(request: Route) -> None:
        held.append(request)

    page.route(f"**/{script}-*.js", hold)
    with page.expect_request(f"**/{script}-*.js"):
        page.goto("/blog/posts/add", wait_until="commit")
    page.locator(plain).focus()
    expect(page.locator(plain)).to_be_focused()
    for request in held:
        request.continue_()

    expect(page.locator(late)).to_be_focused()


def test_quick_enter_never_chooses_what_an_earlier_text_has_found(visit):
    page = visit("admin")
    page.goto("/blog/posts/add")
    author = page.get_by_role("combobox", name="Author")

    author.focus()
    expect(page.locator(OFFERED)).not_to_have_count(0)
    author.fill("Maeve")
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")

    chosen = page.locator("select[name=author] option:checked")
    assert chosen.all_inner_texts() in ([], [""], ["—"], ["Maeve O’Donnell"])
