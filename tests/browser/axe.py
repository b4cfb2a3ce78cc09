"""Runs axe-core in a page, as it is, under the page's own content security policy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.motion import settle

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The rules that a change of colours alone can break.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
RUN = """async (tags) => {
  const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ impact, id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${target} ${failureSummary}`));
}"""


@cache
def source() -> str:
    """The program, as npm installed it."""
    return SOURCE.read_text(encoding="utf-8")


def load_axe(page: Page) -> None:
    """Make axe known to the page, unless it is already."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source())


def violations(page: Page, rules: Sequence[str] = STANDARD) -> list[str]:
    """What the page has of any impact, by all rules of the standard or by these alone."""
    load_axe(page)
    settle(page)
    return page.evaluate(RUN, list(rules))
