"""Rich text: what of it is kept, what it says without its tags, and how Markdown becomes it.

Whatever a person or a program sends passes `clean_html` before it is stored. What it lets through
has no scripts, loads nothing from elsewhere, and shows no pictures but those that were uploaded
here. A video is a box that names it; nobody's computer asks for it before somebody wants to see it.
"""

from __future__ import annotations

import enum
import html
import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

YOUTUBE_ID = re.compile(
    r"(?:(?:https?://)?(?:www\.|m\.)?"
    r"(?:youtu\.be/|youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|embed/|shorts/|live/)))?"
    r"([\w-]{11})(?:[?&#/].*)?",
    re.ASCII,
)
"""The address of a video, or the eleven characters that name it alone."""
PICTURE_PATH = re.compile(r"(?:/[\w.~-]+)*/pictures/([0-9a-f]{32})/([0-9a-z-]{1,40}\.[a-z]{3,4})")
"""The address of an attached picture: see `app.content.attachments`."""


class TextFormat(enum.StrEnum):
    """How somebody writes a text; what is shown is safe HTML in either case."""

    RICH = "rich"
    MARKDOWN = "markdown"


TAGS = set(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em"
    " figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp"
    " small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"},
    "code": {"class"},
    "figure": {"data-youtube"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
MAX_TAGS = 20_000
"""Of text that somebody sends: tags within tags within tags take the parser minutes."""
MAX_MARKDOWN = 200_000
"""How many characters of Markdown are read at once: it is done in this process."""
WORDS_PER_MINUTE = 220
SIGNS_PER_MINUTE = 450
"""Of scripts that have no spaces between words."""

_VALUES = {
    ("img", "src"): PICTURE_PATH,
    ("img", "width"): re.compile(r"[0-9]{1,5}"),
    ("img", "height"): re.compile(r"[0-9]{1,5}"),
    ("figure", "data-youtube"): re.compile(r"[A-Za-z0-9_-]{11}"),
    ("code", "class"): re.compile(r"language-[A-Za-z0-9+#-]{1,30}"),
}
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
_IMAGE = re.compile(r'<img(?:\s+[\w-]+="[^"]*")*\s*/?>')
_BLOCK_END = re.compile(
    r"</(?:blockquote|caption|dd|div|dt|figcaption|figure|h[1-6]|li|p|pre|summary|table|td|th|tr)>"
    r"|<(?:br|hr)[^>]*>"
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_SIGN = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _kept_value(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute, where it is one that may stand there."""
    if attribute == "dir":
        return value if value in _DIRECTIONS else None
    pattern = _VALUES.get((tag, attribute))
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    attribute_filter=_kept_value,
    url_schemes={"http", "https", "mailto", "tel"},
)
_TEXT_ONLY = nh3.Cleaner(tags=set())
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def clean_html(source: str) -> str:
    """What of this HTML may be stored and shown; cleaning it again changes nothing."""
    return _IMAGE.sub(_kept_image, _CLEANER.clean(source))


def render_markdown(source: str) -> str:
    """The Markdown as safe HTML. Tags in it are shown as they were typed."""
    tokens = _MARKDOWN.parse(source)
    _lower_headings(tokens)
    _place_videos(tokens)
    _place_pictures(tokens)
    return clean_html(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def plain_text(source: str) -> str:
    """What the HTML says, without its tags: a line for each paragraph, item or cell."""
    text = html.unescape(_TEXT_ONLY.clean(_BLOCK_END.sub(r"\g<0>&#10;", source)))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def excerpt(source: str, limit: int = 500) -> str:
    """The first words of the HTML in one line of at most `limit` characters."""
    text = plain_text(source).replace("\n", " ")
    if len(text) <= limit:
        return text
    cut = text[:limit]
    words, _space, _rest = cut.rpartition(" ")
    return f"{(words or cut[:-1]).rstrip(' ,;:.–—-')}…"


def reading_minutes(source: str) -> int:
    """How long it takes to read the HTML; no text takes less than a minute."""
    text = plain_text(source)
    signs = len(_SIGN.findall(text))
    words = len(_SIGN.sub(" ", text).split())
    return max(1, round(words / WORDS_PER_MINUTE + signs / SIGNS_PER_MINUTE))


def video_box(youtube_id: str) -> str:
    """A box that stands for a video. Without the script that plays it, it is a link to it."""
    name = html.escape(youtube_id)
    address = f"https://www.youtube.com/watch?v={name}"
    return f'<figure data-youtube="{name}"><a href="{address}">{address}</a></figure>'


def _kept_image(found: re.Match[str]) -> str:
    """A picture that is not ours is gone; one without words is for the eye alone."""
    tag = found[0]
    if ' src="' not in tag:
        return ""
    return tag if ' alt="' in tag else tag.replace("<img", '<img alt=""', 1)


def _lower_headings(tokens: list[Token]) -> None:
    """Move headings down where one is of the first level: that is the title of the page."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    if any(token.tag == "h1" for token in headings):
        for token in headings:
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _place_pictures(tokens: list[Token]) -> None:
    """A paragraph that is nothing but a picture becomes a figure, and its title the caption."""
    for at in range(1, len(tokens) - 1):
        opened, inline, closed = tokens[at - 1 : at + 2]
        children = inline.children or []
        if opened.type != "paragraph_open" or [child.type for child in children] != ["image"]:
            continue
        caption = html.escape(str(children[0].attrs.pop("title", "")))
        opened.tag = closed.tag = "figure"
        if caption:
            text = Token("html_inline", "", 0, content=f"<figcaption>{caption}</figcaption>")
            children.append(text)


def _place_videos(tokens: list[Token]) -> None:
    """A paragraph that is nothing but the address of a video becomes its box."""
    for at in range(1, len(tokens) - 1):
        address = tokens[at].content.strip().removeprefix("<").removesuffix(">")
        found = YOUTUBE_ID.fullmatch(address) if tokens[at - 1].type == "paragraph_open" else None
        if found and address != found[1]:
            for token in tokens[at - 1 : at + 2]:
                token.type, token.children, token.content = "html_block", None, ""
            tokens[at].content = f"{video_box(found[1])}\n"
