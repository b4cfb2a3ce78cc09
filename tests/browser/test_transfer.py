"""What a page makes the browser fetch, with nothing in its cache."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.screens import OWNER_OF_LISTS, SCREENS

MAX_BYTES = 100 * 1024
MAX_REQUESTS = 8
LISTS = {
    "/blog/posts/list/": "admin",
    "/blog/subscribers/list/?sort=email": "admin",
    "/todo/todo-items/list/": OWNER_OF_LISTS,
    "/administration/users/list/": "admin",
    "/administration/permissions/list/": "admin",
}


class Traffic:
    """What goes over the wire for one page, and what the browser has to say about it."""

    def __init__(self, page: Page) -> None:
        self.sizes: list[float] = []
        self.complaints: list[str] = []
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.loadingFinished", self.note_size)
        page.on("console", self.note_complaint)

    def note_size(self, event: dict) -> None:
        """Count the head and the compressed body of one answer."""
        self.sizes.append(event["encodedDataLength"])

    def note_complaint(self, line) -> None:
        """Remember a warning or an error of the console."""
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)


@pytest.mark.parametrize("path", LISTS)
def test_cold_list_is_small(visit, path):
    page = visit(LISTS[path])
    traffic = Traffic(page)

    page.goto(path, wait_until="networkidle")

    assert page.locator("tbody tr").count() > 10
    assert len(traffic.sizes) <= MAX_REQUESTS
    assert sum(traffic.sizes) <= MAX_BYTES
    assert traffic.complaints == []


@pytest.mark.parametrize("name", ["chart", "add", "edit", "show", "home", "profile-edit"])
def test_page_has_nothing_to_complain_about(visit, name):
    screen = next(screen for screen in SCREENS if screen.name == name)
    page = visit(screen.user)
    traffic = Traffic(page)

    screen.open(page)

    assert traffic.complaints == []


def test_documentation_of_the_api_needs_no_other_host(visit):
    page = visit("admin")
    traffic = Traffic(page)

    page.goto("/swagger/v1")
    page.locator("#swagger .opblock-tag").first.wait_for()

    assert traffic.complaints == []


PLANTED = {
    "script": "const made = document.createElement('script'); made.textContent = 'window.ran = 1'",
    "style": "const made = document.createElement('style'); made.textContent = 'b { color: red }'",
    "host": "const made = new Image(); made.src = 'https://example.org/a.png'",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_resource_is_blocked_and_noticed(visit, kind):
    page = visit("admin")
    page.goto("/home/")

    page.evaluate(f"() => {{ {PLANTED[kind]}; document.body.append(made) }}")
    page.wait_for_timeout(100)

    assert visit.faults
    assert page.evaluate("window.ran") is None
    visit.faults.clear()


def test_planted_weight_is_noticed(visit):
    page = visit("admin")
    page.route("**/home/", add_weight)
    traffic = Traffic(page)

    page.goto("/home/", wait_until="networkidle")

    assert sum(traffic.sizes) > MAX_BYTES


def add_weight(route) -> None:
    """Hand the page over with a comment that no compression would have made small."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text() + f"<!--{'x' * MAX_BYTES}-->")
