"""Takes the indentation out of the templates of pages, once, as they are compiled.

A browser shows one space for any number of spaces and line ends, so that a page says the same
with them as without, in a sixth fewer bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# Here every space counts.
_VERBATIM = re.compile(r"(<(?:pre|textarea)\b|</(?:pre|textarea)>)", re.I)
_INDENTATION = re.compile(r"\s*\n\s*")
_SPACES = re.compile(r"[ \t]{2,}")


class Unindented(Extension):
    """Shortens the white space of `.html` templates; mails and other texts stay as they are."""

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterable[Token]:
        """Shorten what stands between the instructions of a template."""
        return _shortened(stream) if (stream.name or "").endswith(".html") else stream


def _shortened(stream: TokenStream) -> Iterator[Token]:
    is_verbatim = is_translated = False
    for token in stream:
        # The words of a translation are looked up as they stand in the template.
        if token.type == "name" and token.value in ("trans", "endtrans"):
            is_translated = token.value == "trans"
        if token.type != "data" or is_translated:
            yield token
            continue
        parts = _VERBATIM.split(token.value)
        for place, part in enumerate(parts):
            if place % 2:
                is_verbatim = not part.startswith("</")
            elif not is_verbatim:
                parts[place] = _SPACES.sub(" ", _INDENTATION.sub("\n", part))
        yield Token(token.lineno, "data", "".join(parts))
