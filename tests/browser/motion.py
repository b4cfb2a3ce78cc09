"""Waits for what moves."""

from __future__ import annotations

from playwright.sync_api import Page

IS_STILL = """async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame().then(frame);
  return document.getAnimations().every(({ playState }) => playState !== "running");
}"""


def settle(page: Page) -> None:
    """Wait until every element is where it belongs and has the colour it shall have."""
    while not page.evaluate(IS_STILL):
        pass
