"""Whoever writes Markdown into a form sees what saving it would make."""

from __future__ import annotations

from app.core.markup import MAX_MARKDOWN, render_markdown

PATH = "/markdown/animals"
SOURCE = "**Bold** <script>alert(1)</script>"


def test_it_is_rendered_as_saving_renders_it(mine):
    answer = mine.post(PATH, data={"source": SOURCE})

    assert (answer.status_code, answer.text) == (200, render_markdown(SOURCE))


def test_what_is_too_long_is_refused(mine):
    answer = mine.post(PATH, data={"source": "x" * (MAX_MARKDOWN + 1)})

    assert answer.status_code == 413


def test_there_is_none_for_what_nobody_writes(mine):
    assert mine.post("/markdown/nothing").status_code == 404


def test_a_visitor_is_sent_to_log_in(zoo):
    answer = zoo.test_client().post(PATH, data={"source": SOURCE})

    assert answer.status_code == 302
    assert "/login/" in answer.location
