"""How values look: for each column a function that turns its value into HTML.

A function is chosen once a page, so that nothing is decided a second time for the next row.
`cells` are for lists, where a value has one line; `facts` for the page of a record.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from app.core.fields import Field, Many, title_of
from app.core.fields.lines import Ref
from app.core.formats import current_formats, format_size
from app.core.kinds.base import EMPTY
from app.core.kinds.masked import Masked
from app.core.markup import clean_html
from app.core.templating import icon

Draw = Callable[[Any], str]
"""Takes a value as `Line.values` has it and gives the HTML of the element's content.

It is a plain text, because it is put together with others at once; `html` tells templates that
the whole of it is HTML.
"""
Link = Callable[[Any], str | None]
"""Gives the address of a related row that the user may read, or nothing."""

MAX_CELL_LENGTH = 140
MAX_TITLE_CELL = 120
MAX_URL_LENGTH = 60
SHOWN_OF_MANY = 3
"""How many of many related rows stand in a list."""
MOMENTS = frozenset({"date", "datetime", "moment", "time"})
TONES = {
    word: tone
    for tone, words in {
        "ok": "active approved available closed complete completed confirmed delivered done"
        " enabled fixed paid passed published resolved sent shipped success verified won",
        "wait": "applied high in_review on_hold on_leave paused pending planned queued review"
        " scheduled waiting",
        "info": "doing in_progress medium new open running started",
        "bad": "blocked cancelled critical debt expired failed late lost overdue rejected spam"
        " urgent",
    }.items()
    for word in words.split()
}
"""The colour of a state that says none itself, by its name."""


def html(text: str) -> Markup:
    """What was put together from escaped parts, as templates take it."""
    return Markup(text)  # noqa: S704 (whoever calls this has escaped every part)


def cell(field: Field, link: Link) -> Draw:
    """How the values of a column look in a list."""
    if field.is_many:
        return _with_nothing(lambda value: _first_links(value, link), _is_none_of_many)
    if field.is_relation:
        return _with_nothing(_kept(lambda ref: _linked(ref, link)))
    if field.kind.name == "moment":
        formats = current_formats()
        return _with_nothing(lambda value: _ago(formats.relative(value), field.text_of(value)))
    if field.kind.is_long:
        return _with_nothing(lambda value: _clip(field.text_of(value)))
    if field.kind.name in ("email", "phone"):
        # A click on a row opens the record, and should not write a mail or ring somebody up.
        return _with_nothing(_isolated)
    return _with_nothing(_plain(field))


def fact(field: Field, link: Link) -> Draw:
    """How the value of a field looks on the page of its record, where there is room."""
    if field.is_many:
        return _with_nothing(lambda value: _all_links(value, link), _is_none_of_many)
    if field.is_relation:
        return _with_nothing(lambda ref: _linked(ref, link))
    if field.kind.name in ("json", "array"):
        return _with_nothing(
            lambda value: f'<pre tabindex="0">{escape(field.kind.to_input(value))}</pre>'
        )
    if field.kind.name == "html":
        # What others than our forms have written into the column was never cleaned.
        return _with_nothing(lambda value: f'<div class="prose">{clean_html(str(value))}</div>')
    if field.kind.is_long:
        return _with_nothing(lambda value: _wrapped("div", "long", field.text_of(value)))
    return _with_nothing(_plain(field))


def download(value: Any, url: str | None) -> str:
    """A file, which is only ever saved: its address answers with an attachment."""
    if value is None:
        return nothing()
    if url is None:
        return _isolated(value.name)
    size = escape(format_size(value.size))
    link = f'<a href="{escape(url)}" download><bdi>{escape(value.name)}</bdi></a>'
    return f'{link} <span class="dim">{size}</span>'


def nothing() -> str:
    """What stands where a value is empty."""
    return f'<span class="none dim" aria-label="{escape(_("empty"))}" role="img">{EMPTY}</span>'


def _with_nothing(draw: Draw, is_empty: Callable[[Any], bool] | None = None) -> Draw:
    """The same for values that may be empty."""
    empty: list[str] = []

    def drawn(value: Any) -> str:
        is_nothing = (value is None or value == "") if is_empty is None else is_empty(value)
        if not is_nothing:
            return draw(value)
        if not empty:
            empty.append(nothing())
        return empty[0]

    return drawn


def _is_none_of_many(value: Many | None) -> bool:
    return value is None or not value.total


def _kept(draw: Draw) -> Draw:
    """The same for values of which there are few: each is drawn once a page."""
    drawn: dict[Any, str] = {}

    def look_up(value: Any) -> str:
        found = drawn.get(value)
        if found is None:
            found = drawn[value] = draw(value)
        return found

    return look_up


def _plain(field: Field) -> Draw:
    """How a value looks that is no relation."""
    kind = field.kind
    if isinstance(kind, Masked):
        return lambda value: _isolated(kind.format(value))
    if kind.name == "boolean":
        return _kept(lambda value: _yes_or_no(value, kind.format(value)))
    if kind.name == "enum":
        return _kept(lambda value: _state(value, kind.format(value)))
    if kind.name in MOMENTS:
        return lambda value: _moment(value, kind.format(value))
    if kind.align == "end":
        return lambda value: escape(kind.format(value))
    if field.is_computed:
        return lambda value: _drawn_by_itself(value) or _isolated(field.text_of(value))
    return _WAYS.get(kind.name) or (lambda value: _isolated(field.text_of(value)))


def _drawn_by_itself(value: Any) -> str:
    """What a value looks like that knows it, as Jinja asks for it too."""
    draw = getattr(value, "__html__", None)
    return str(draw()) if draw is not None else ""


def _isolated(text: str) -> str:
    """A text that may run the other way than the page does."""
    return f"<bdi>{escape(text)}</bdi>"


def _wrapped(element: str, css_class: str, text: str) -> str:
    return f'<{element} class="{css_class}">{escape(text)}</{element}>'


def _clip(text: str) -> str:
    return _wrapped("span", "clip", shortened(text, MAX_CELL_LENGTH))


def shortened(text: str, length: int) -> str:
    """The beginning of a text that is longer than `length`."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _yes_or_no(value: Any, text: str) -> str:
    name, symbol = ("yes", "check") if value else ("no", "minus")
    return f'<span class="{name}">{icon(symbol)}{escape(text)}</span>'


def _state(value: Any, text: str) -> str:
    """A member of an enumeration, which may have a `tone`: ok, wait, bad, info, violet, teal."""
    name = value.name if isinstance(value, enum.Enum) else str(value)
    tone = getattr(value, "tone", None)
    tone = TONES.get(name.lower(), "") if tone is None else tone
    return _wrapped("span", f"tag {escape(tone)}".strip(), text)


def _moment(value: Any, text: str) -> str:
    return f'<time datetime="{value.isoformat()}">{escape(text)}</time>'


def _ago(distance: str, text: str) -> str:
    """How long ago, with the exact time for those who ask."""
    return f'<span title="{escape(text)}">{escape(distance)}</span>'


def _email(value: Any) -> str:
    address = escape(str(value))
    return f'<a href="mailto:{address}">{address}</a>'


def _phone(value: Any) -> str:
    number = escape(str(value))
    return f'<a href="tel:{number}"><bdi dir="ltr">{number}</bdi></a>'


def _url(value: Any) -> str:
    text = str(value)
    # A database that somebody else fills may hold a script where an address should be.
    if not text.lower().startswith(("http://", "https://")):
        return _isolated(text)
    shown = escape(shortened(text, MAX_URL_LENGTH))
    return (
        f'<a href="{escape(text)}" rel="noopener noreferrer" target="_blank"><bdi>{shown}</bdi></a>'
    )


_WAYS: dict[str, Draw] = {"email": _email, "phone": _phone, "url": _url}


def _linked(row: Any, link: Link) -> str:
    url, title = link(row), escape(title_of(row))
    if url is None:
        return f"<bdi>{title}</bdi>"
    # Style sheets set a link apart from the text around it, as <bdi> does.
    return f'<a href="{escape(url)}">{title}</a>'


def _first_links(value: Many, link: Link) -> str:
    shown = ", ".join(_linked(ref, link) for ref in value.refs[:SHOWN_OF_MANY])
    hidden = value.total - min(len(value.refs), SHOWN_OF_MANY)
    if hidden <= 0:
        return shown
    more = escape(_("and %(count)d more", count=hidden))
    return f'{shown} <span class="dim">{more}</span>'


def _all_links(value: Many, link: Link) -> str:
    items: Iterable[Ref] = value.refs
    tags = (f'<li class="tag bare">{_linked(ref, link)}</li>' for ref in items)
    return f'<ul class="tags">{"".join(tags)}</ul>'
