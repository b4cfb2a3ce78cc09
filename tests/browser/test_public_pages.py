"""The public pages meet WCAG 2.2 AA, and need neither a wide screen, a script nor a cookie."""

from __future__ import annotations

import pytest

from tests.browser.axe import COLOUR_RULES, violations

PAGES = ("/blog/", "/blog/archive", "/blog/search?q=the", "/blog/nothing-here", "a post")


def address(page, path):
    """The path, or that of the first post of the home."""
    if path != "a post":
        return path
    page.goto("/blog/")
    return page.locator("article h2 a").first.get_attribute("href")


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_is_accessible_in_light_and_dark(visit, path):
    page = visit(None, reduced_motion="reduce")

    page.goto(address(page, path))
    in_light = violations(page)
    page.emulate_media(color_scheme="dark")

    assert in_light == []
    assert violations(page, COLOUR_RULES) == []


def test_a_post_is_read_on_a_phone_without_scripts_and_leaves_no_cookie(visit):
    page = visit(None, java_script_enabled=False, viewport={"width": 320, "height": 640})

    page.goto("/blog/")
    page.locator("article h2 a").first.click()

    box = page.locator("h1").bounding_box()
    assert box["x"] + box["width"] <= 320
    assert page.context.cookies() == []
