"""Labels derived from names: what a model, a field or a choice is called when nobody says so.

The texts made here are looked up in the catalogues when they are shown. `extraction.py` finds the
same texts in the sources, so that they are in the catalogues without being declared.
"""

from __future__ import annotations

import re

from flask_babel import LazyString, lazy_gettext

# fmt: off
ACRONYMS = frozenset({
    "api", "csv", "gps", "html", "http", "https", "iban", "id", "ip", "isbn", "json", "jwt",
    "pdf", "qr", "sku", "sms", "sql", "ui", "url", "utc", "uuid", "vat", "xml",
})
"""Words that people write in capitals."""

IRREGULAR_PLURALS = {
    "analysis": "analyses", "basis": "bases", "child": "children", "crisis": "crises",
    "criterion": "criteria", "datum": "data", "foot": "feet", "goose": "geese", "half": "halves",
    "hypothesis": "hypotheses", "index": "indexes", "knife": "knives", "leaf": "leaves",
    "life": "lives", "loaf": "loaves", "man": "men", "medium": "media", "mouse": "mice",
    "person": "people", "quiz": "quizzes", "self": "selves", "shelf": "shelves",
    "thesis": "theses", "tooth": "teeth", "wife": "wives", "wolf": "wolves", "woman": "women",
}
ENDS_IN_OES = frozenset({"echo", "hero", "potato", "tomato", "torpedo", "veto"})
UNCOUNTABLE = frozenset({
    "advice", "audio", "data", "equipment", "feedback", "furniture", "information", "luggage",
    "mail", "media", "metadata", "money", "music", "news", "series", "species", "staff",
})
# fmt: on

_BOUNDARIES = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def label(msgid: str) -> LazyString:
    """The text in the language of whoever reads it."""
    return lazy_gettext(msgid)


def humanise(name: str) -> str:
    """A name from code as a label: `enrolled_on`, `enrolledOn` and `ENROLLED_ON` alike."""
    words = [word.lower() for word in _BOUNDARIES.split(name) if word]
    written = [word.upper() if word in ACRONYMS else word for word in words]
    if not written:
        return name
    return " ".join([written[0][:1].upper() + written[0][1:], *written[1:]])


def humanise_class(name: str) -> str:
    """The name of a class as a label: `TodoList` becomes `Todo list`."""
    return humanise(name)


def plural_of(text: str) -> str:
    """The label of several: `Todo list` becomes `Todo lists`; only the last word changes.

    English spelling has more exceptions than this knows. A view whose plural comes out wrong
    says it, as it says any other title.
    """
    head, separator, last = text.rpartition(" ")
    return head + separator + _plural_word(last)


def _plural_word(word: str) -> str:
    lower = word.lower()
    if lower in UNCOUNTABLE or not word:
        return word
    if lower in IRREGULAR_PLURALS:
        plural = IRREGULAR_PLURALS[lower]
        return plural.capitalize() if word[0].isupper() else plural
    if lower.upper() == word and lower in ACRONYMS:
        return f"{word}s"
    if re.search(r"[^aeiou]y$|quy$", lower):
        return f"{word[:-1]}ies"
    if lower.endswith(("s", "x", "z", "ch", "sh")) or lower in ENDS_IN_OES:
        return f"{word}es"
    return f"{word}s"
