"""Every kind of screen meets WCAG 2.2 AA in light and in dark."""

from __future__ import annotations

import pytest

from tests.browser.axe import COLOUR_RULES, violations
from tests.browser.screens import every_screen

CALM = {"reduced_motion": "reduce"}


@every_screen
def test_screen_is_accessible_in_light_and_dark(visit, screen):
    page = visit(screen.user, **CALM)

    screen.open(page)
    in_light = violations(page)
    page.emulate_media(color_scheme="dark")

    assert in_light == []
    assert violations(page, COLOUR_RULES) == []


@pytest.mark.parametrize(
    ("defect", "rule"),
    [
        ("document.querySelector('h1').style.color = '#ccc'", "color-contrast"),
        ("document.querySelector('h1').remove()", "page-has-heading-one"),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
    ],
)
def test_planted_defect_is_found(visit, defect, rule):
    page = visit("admin", **CALM)
    page.goto("/blog/posts/list/?page_size=10")

    page.evaluate(defect)

    assert any(f" {rule}:" in line for line in violations(page))
