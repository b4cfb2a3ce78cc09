"""The check of the templates finds what is planted, and nothing else."""

from __future__ import annotations

import pytest

from scripts.check_templates import problems_in


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("<script>go()</script>", "inline <script>"),
        ('<script type="module">go()</script>', "inline <script>"),
        ("<style>p { color: red }</style>", "<style> element"),
        ('<p style="color: red"></p>', "style= attribute"),
        ('<p style="width: {{ width }}"></p>', "style= attribute"),
        ('<a onclick="go()"></a>', "onclick= attribute"),
        ('<a href="javascript:go()"></a>', "javascript: in href="),
        ('{% macro width() %}style="width: 1px"{% endmacro %}', "style= attribute"),
        ("<p>Delete it</p>", "untranslated text: 'Delete it'"),
        ("<p>{{ count }} rows</p>", "untranslated text: 'rows'"),
        ('<input placeholder="Search">', "untranslated placeholder=: 'Search'"),
        ('<button aria-label="Close {{ name }}"></button>', "untranslated aria-label=: 'Close'"),
    ],
)
def test_what_is_planted_is_found(source, problem):
    assert [found for _line, found in problems_in(source)] == [problem]


@pytest.mark.parametrize(
    "source",
    [
        '<script src="{{ asset("main.js") }}" type="module"></script>',
        '<script type="application/json">{"rows": 1}</script>',
        '<p>{{ _("Delete it") }}</p>',
        "<p>{% trans %}Delete it{% endtrans %}</p>",
        "<p>{{ first }} – {{ last }} / {{ count }}</p>",
        "<p><code>flask db upgrade</code></p>",
        "{# Nobody sees this. #}",
        "<h1>Bureau</h1>",
        '{% macro shared() %}id="{{ id }}" aria-invalid="true"{% endmacro %}',
        '<svg><use href="#icon"></use></svg>',
        '<p title="{{ _("Delete it") }}"></p>',
    ],
)
def test_what_is_right_passes(source):
    assert problems_in(source) == []


def test_a_problem_has_the_line_it_stands_on():
    source = "{# one\ntwo #}\n{% set a = [\n1] %}\n<p>Hello</p>"

    assert problems_in(source) == [(5, "untranslated text: 'Hello'")]
