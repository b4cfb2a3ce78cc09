"""What is measured once and not in rounds: the weight in a browser, and leaks between requests."""

from __future__ import annotations

import contextlib

from playwright.sync_api import Browser

from bench import browser
from bench.databases import SIZES
from bench.leaks import SUSPECTS, count_leaks
from bench.results import Results
from bench.rounds import Plan
from bench.seats import FAILURES, Seat, seats

BROWSER, LEAKS = "browser", "leaks"
EXTRAS = (BROWSER, LEAKS)


def measure_extras(plan: Plan, server: str, results: Results) -> None:
    """Measure what the plan asks for, with the fewest rows that it has."""
    if not set(EXTRAS) & set(plan.operations):
        return
    size = min(plan.sizes, key=SIZES.__getitem__)
    with seats(plan.contestants, size, server, results) as made, contextlib.ExitStack() as stack:
        shown = [each for each in made if each.contestant.name != "floor"]
        suspects = [each for each in made if each.contestant.name in SUSPECTS]
        if BROWSER in plan.operations:
            try:
                opened = stack.enter_context(browser.chromium())
            except browser.Unavailable as error:
                results.fail(BROWSER, why=error)
                shown = []
            for seat in shown:
                _weigh(opened, seat, results)
        for seat in suspects if LEAKS in plan.operations else ():
            _look_for_leaks(seat, results)


def _weigh(opened: Browser, seat: Seat, results: Results) -> None:
    name = seat.contestant.name
    print(f"{seat.contestant.title} in a browser", flush=True)
    try:
        with seat.serving() as server:
            results.browser[name] = browser.weigh(opened, server)
    except (*FAILURES, browser.Unavailable) as error:
        results.fail(BROWSER, name, why=error)


def _look_for_leaks(seat: Seat, results: Results) -> None:
    name = seat.contestant.name
    print(f"{seat.contestant.title} and leaks between requests", flush=True)
    try:
        with seat.serving() as server:
            results.leaks[name] = count_leaks(server)
    except FAILURES as error:
        results.fail(LEAKS, name, why=error)
