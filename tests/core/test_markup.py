"""Rich text: what of it is kept, and what it says."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, strategies as st

from app.core.markup import (
    ATTRIBUTES,
    PICTURE_PATH,
    TAGS,
    clean_html,
    excerpt,
    plain_text,
    reading_minutes,
    render_markdown,
)

PICTURE = "/pictures/0123456789abcdef0123456789abcdef/640.webp"
VIDEO = "dQw4w9WgXcQ"
SCHEMES = ("http:", "https:", "mailto:", "tel:")


class Found(HTMLParser):
    """All elements of a text, with their attributes as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<p onclick="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jAvA\tscript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        "<svg><script>alert(1)</script></svg>",
        "<math><mi><mglyph><style><img src=x onerror=alert(1)>",
        '<iframe src="https://evil.example"></iframe>',
        '<img src="https://evil.example/x.png">',
        '<img src="//evil.example/pictures/0123456789abcdef0123456789abcdef/640.webp">',
        '<img src="/logout">',
        f'<img src="{PICTURE}?next=1">',
        f'<img src="/pictures/../../logout{PICTURE}" srcset="//x 2x">',
        '<figure data-youtube="../../evil"></figure>',
        '<p style="background:url(//evil.example)">x</p>',
        '<form action="https://evil.example"><input name=a></form>',
        '<base href="https://evil.example/"><link rel=stylesheet href=x>',
        '<p dir="javascript:alert(1)">x</p>',
    ],
)
def test_nothing_that_runs_or_loads_from_elsewhere_is_kept(hostile):
    assert_harmless(clean_html(hostile))


def test_what_writers_need_is_kept():
    text = (
        "<h2>Title</h2><p>A <strong>bold</strong> <em>word</em> and"
        ' <a href="https://example.org/" rel="noopener noreferrer">a link</a></p>'
        "<ul><li>one</li></ul><blockquote><p>said</p></blockquote>"
        '<pre><code class="language-python">x</code></pre>'
        f'<figure><img src="{PICTURE}" alt="A bridge" width="640" height="480">'
        "<figcaption>The <em>bridge</em></figcaption></figure>"
        f'<figure data-youtube="{VIDEO}"></figure><p dir="rtl" lang="ar">x</p>'
    )
    assert Found(clean_html(text)).elements == Found(text).elements


def test_a_picture_without_words_is_one_for_the_eye_alone():
    assert clean_html(f'<img src="{PICTURE}">') == f'<img alt="" src="{PICTURE}">'


def test_a_picture_may_stand_below_the_prefix_of_the_site():
    assert PICTURE in clean_html(f'<img src="/office{PICTURE}" alt="x">')


BITS = """
<script> </script> <img src= onerror=alert(1) onload='x' <svg> <math> <style> </style> <!-- -->
<![CDATA[ <a href= javascript:alert(1) data:text/html,x <p > /> " ' <template> <noscript>
<iframe src=//evil> <table> <td> <figure data-youtube= srcset=x <mtext> <mglyph> <foreignObject>
&lt; &#60;script&#62; style=a:b [x]( ![x]( ) ](< <https://x> https://youtu.be/dQw4w9WgXcQ # > *
""".split()
PARTS = st.one_of(
    st.sampled_from(
        [
            *BITS,
            " ",
            "\n",
            "\n\n",
            "```\n",
            "| a |\n|--|\n",
            "\0",
            "'java\nscript:x'",
            VIDEO,
            PICTURE,
        ]
    ),
    st.text(max_size=8),
)
SOUP = st.lists(PARTS, max_size=25).map("".join)


@given(SOUP)
def test_whatever_is_sent_comes_out_harmless(soup):
    cleaned = clean_html(soup)

    assert_harmless(cleaned)
    assert clean_html(cleaned) == cleaned


@given(SOUP)
def test_whatever_markdown_is_written_comes_out_harmless(soup):
    assert_harmless(render_markdown(soup))


def assert_harmless(text: str) -> None:
    for tag, attributes in Found(text).elements:
        assert tag in TAGS
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        assert set(attributes) <= allowed
        if tag == "img":
            assert PICTURE_PATH.fullmatch(attributes["src"] or "")
        for name in ("href", "cite"):
            address = (attributes.get(name) or "").strip().lower()
            assert ":" not in address.split("/")[0] or address.startswith(SCHEMES)


# Markdown


def test_markdown_becomes_html():
    made = render_markdown("Some *words*\n\n- one\n- two\n\n| a |\n|---|\n| 1 |\n")

    assert "<em>words</em>" in made
    assert made.count("<li>") == 2
    assert "<td>1</td>" in made


def test_tags_in_markdown_are_shown_as_they_were_typed():
    assert "&lt;b&gt;x&lt;/b&gt;" in render_markdown("<b>x</b>")


def test_the_first_heading_is_left_to_the_title_of_the_page():
    assert render_markdown("# One\n\n## Two") == "<h2>One</h2>\n<h3>Two</h3>\n"
    assert render_markdown("## Two") == "<h2>Two</h2>\n"


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"<https://youtu.be/{VIDEO}>",
        f"https://m.youtube.com/watch?list=x&v={VIDEO}&t=3",
        f"https://www.youtube.com/shorts/{VIDEO}",
    ],
)
def test_the_address_of_a_video_on_a_line_of_its_own_becomes_its_box(address):
    assert f'<figure data-youtube="{VIDEO}">' in render_markdown(f"Look:\n\n{address}\n\nNice.")


def test_eleven_letters_are_no_video():
    assert render_markdown("abcdefghijk") == "<p>abcdefghijk</p>\n"


def test_a_picture_on_a_line_of_its_own_has_its_title_as_caption():
    made = render_markdown(f'![A bridge]({PICTURE} "At <dusk>")\n\n![b]({PICTURE}) and words')

    assert f'<figure><img src="{PICTURE}" alt="A bridge"><figcaption>At &lt;dusk&gt;' in made
    assert f'<p><img src="{PICTURE}" alt="b"> and words</p>' in made


def test_a_video_within_a_sentence_stays_a_text():
    assert "figure" not in render_markdown(f"See https://youtu.be/{VIDEO} for it")


# What a text says


def test_a_text_says_its_words_in_lines():
    text = "<h2>One</h2><p>two &amp; <b>three</b></p><ul><li>four</li><li>five</li></ul>"

    assert plain_text(text) == "One\ntwo & three\nfour\nfive"


def test_scripts_say_nothing():
    assert plain_text("<p>a</p><script>b</script>") == "a"


def test_a_short_text_is_its_own_excerpt():
    assert excerpt("<p>Two words</p>") == "Two words"


@given(st.text(max_size=200), st.integers(min_value=5, max_value=60))
def test_an_excerpt_is_never_longer_than_it_may_be(text, limit):
    assert len(excerpt(text, limit)) <= limit


def test_an_excerpt_ends_with_a_whole_word():
    assert excerpt("<p>one two, three four</p>", 12) == "one two…"


def test_a_word_that_is_too_long_is_cut():
    assert excerpt("x" * 30, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("<p>word</p>", 1), ("word " * 660, 3), ("字" * 900, 2), ("", 1)],
)
def test_reading_takes_time(text, minutes):
    assert reading_minutes(text) == minutes
