"""Every kind of screen meets WCAG 2.2 AA from right to left, as for readers of Arabic."""

from __future__ import annotations

from tests.browser.axe import violations
from tests.browser.screens import every_screen


@every_screen
def test_screen_is_accessible_from_right_to_left(visit, screen):
    page = visit(screen.user, {"locale": "ar"}, reduced_motion="reduce")

    screen.open(page)

    assert page.locator("html").get_attribute("dir") == "rtl"
    assert violations(page) == []
