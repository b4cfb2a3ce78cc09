"""Draws what a stranger has written: as text, whatever it looks like."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")
_BREAKS = re.compile(r"\n\s*\n")
# Nobody gains by a link in a comment, and what it leads to learns nothing of this site.
_RELATION = "nofollow ugc noopener noreferrer"


def inert(text: str) -> Markup:
    """The text as paragraphs with line breaks; addresses of pages become links."""
    plain = text.replace("\r\n", "\n").strip()
    paragraphs = [_linked(part) for part in _BREAKS.split(plain)]
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in paragraphs)


def links_in(text: str) -> int:
    """How many addresses of pages stand in a text."""
    return len(re.findall(r"(?i)https?://|\bwww\.", text))


def _linked(text: str) -> Markup:
    parts, end = Markup(""), 0
    for match in _LINK.finditer(text):
        parts += _broken(text[end : match.start()])
        parts += Markup('<a href="{url}" rel="{relation}">{url}</a>').format(
            url=match[0], relation=_RELATION
        )
        end = match.end()
    return parts + _broken(text[end:])


def _broken(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))
