"""Opens the list in Chromium with an empty cache: what goes over the wire, in how many pieces."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Error, sync_playwright

from bench.client import HOST
from bench.measuring import signed_in
from bench.operations import EMAIL, WrongAnswer
from bench.results import Record
from bench.servers import Server

PROGRAM = "chromium"
# Whatever is fetched from elsewhere fails at once, and counts as a request.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
)
TIMES = 3
SETTLED_MS = 800
"""Without a request for that long, nothing more is to come."""

Unavailable = Error
"""There is no browser to measure with."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of the machine's, else the one that Playwright has brought."""
    with sync_playwright() as playwright:
        program = shutil.which(PROGRAM)
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


def weigh(browser: Browser, server: Server) -> Record:
    """Open the list of a running server a few times, each time as somebody new."""
    visitor = signed_in(server)
    contestant = server.contestant
    url = f"http://{HOST}:{server.site.port}{contestant.address('list', server.site)}"
    weighed = [_weigh_once(browser, url, visitor.headers()["Cookie"]) for _number in range(TIMES)]
    visitor.close()
    return {
        name: round(statistics.median(each[name] for each in weighed))
        for name in ("bytes", "requests", "foreign")
    }


def _weigh_once(browser: Browser, url: str, cookies: str) -> dict[str, int]:
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    page = context.new_page()
    session = context.new_cdp_session(page)
    asked: list[str] = []
    weight = 0

    def ask(event: dict[str, Any]) -> None:
        address = event["request"]["url"]
        if address.startswith("http"):
            asked.append(address)

    def arrive(event: dict[str, Any]) -> None:
        nonlocal weight
        weight += event["encodedDataLength"]

    session.send("Network.enable")
    # A cookie for HTTPS only would not be kept here, where no proxy stands in front.
    session.send("Network.setExtraHTTPHeaders", {"headers": {"Cookie": cookies}})
    session.on("Network.requestWillBeSent", ask)
    session.on("Network.loadingFinished", arrive)
    page.goto(url, wait_until="load")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLED_MS)
    rows = EMAIL.findall(page.content())
    context.close()
    if not rows:
        raise WrongAnswer(f"the browser shows no rows at {url}")
    own = [address for address in asked if address.startswith(url.split("/", 3)[0] + f"//{HOST}")]
    return {"bytes": weight, "requests": len(asked), "foreign": len(asked) - len(own)}
