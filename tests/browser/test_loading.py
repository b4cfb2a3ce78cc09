"""What a browser that has never been here loads for a list: little, and all of it at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from tests.browser.listing import rows

LIST = "/blog/posts/list/?page_size=25"
MAX_REQUESTS = 8
MAX_BYTES = 100_000
MAX_BYTES_OF_SURROUNDINGS = 8_000


@dataclass
class Loaded:
    """What came over the wire, by address, with its size."""

    sizes: dict[str, float] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    _addresses: dict[str, str] = field(default_factory=dict)

    def watch(self, page: Page) -> None:
        """Note what the page asks the server for from now on."""
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._begin)
        session.on("Network.loadingFinished", self._finish)
        session.send("Network.enable")

    def _begin(self, event: dict) -> None:
        response = event["response"]
        # A picture within a style sheet is none that is asked for.
        if response["url"].startswith("http"):
            self._addresses[event["requestId"]] = response["url"]
            lowered = {name.lower(): value for name, value in response["headers"].items()}
            self.headers[response["url"]] = lowered

    def _finish(self, event: dict) -> None:
        address = self._addresses.get(event["requestId"])
        # What the browser has kept costs nothing.
        if address and event["encodedDataLength"]:
            self.sizes[address] = self.sizes.get(address, 0) + event["encodedDataLength"]


@pytest.fixture
def page(visit, new_person):
    """A tab of somebody whose menu has an entry."""
    return visit(new_person("Staff"))


@pytest.fixture
def loaded(page):
    loaded = Loaded()
    loaded.watch(page)
    page.goto(LIST)
    page.wait_for_load_state("networkidle")
    assert rows(page).count() > 0
    return loaded


def test_first_list_is_few_files_and_few_bytes(loaded):
    assert 3 <= len(loaded.sizes) <= MAX_REQUESTS, loaded.sizes
    assert sum(loaded.sizes.values()) < MAX_BYTES, loaded.sizes


def test_every_script_is_named_by_the_page_itself(page, loaded):
    """A script that only another script names would be fetched after it, one journey later."""
    source = page.request.get(LIST).text()

    scripts = [address for address in loaded.sizes if address.endswith(".js")]
    assert scripts
    assert [address for address in scripts if address.rpartition("/")[2] not in source] == []


def test_files_come_compressed_and_are_kept_for_ever(loaded):
    files = {url: headers for url, headers in loaded.headers.items() if "/static/" in url}

    assert files
    for headers in files.values():
        assert headers.get("content-encoding") == "br"
        assert "immutable" in headers["cache-control"]


def test_second_page_loads_nothing_but_itself(page, loaded):
    again = Loaded()
    again.watch(page)
    page.goto("/home/")
    page.wait_for_load_state("networkidle")

    assert [address for address in again.sizes if "/static/" in address] == []


def test_what_surrounds_a_page_is_small(page, loaded):
    source = page.request.get("/home/").text()
    main = source[source.index("<main") : source.index("</main>")]

    assert len(source) - len(main) < MAX_BYTES_OF_SURROUNDINGS
