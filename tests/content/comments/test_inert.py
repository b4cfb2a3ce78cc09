"""What a stranger has written is text, whatever it looks like."""

from __future__ import annotations

import pytest

from app.content.comments.inert import inert, links_in


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p><p>three</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ('a" onclick="x', "<p>a&#34; onclick=&#34;x</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("javascript://a.example/%0aalert(1)", "<p>javascript://a.example/%0aalert(1)</p>"),
    ],
)
def test_markup_is_shown_and_not_obeyed(text, html):
    assert inert(text) == html


def test_an_address_is_a_link_that_helps_nobody():
    html = inert("See (https://a.example/x?y=1&z=<b>).")

    assert html == (
        '<p>See (<a href="https://a.example/x?y=1&amp;z=" rel="nofollow ugc noopener noreferrer">'
        "https://a.example/x?y=1&amp;z=</a>&lt;b&gt;).</p>"
    )


def test_links_are_counted_however_they_are_written():
    assert links_in("HTTP://a.example www.b.example https://c.example plain.example") == 3
