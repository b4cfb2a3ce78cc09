"""Titles as parts of addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LIGATURES = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th"}
ROOM_FOR_NUMBER = 6


def slug_of(title: str, length: int, empty: str) -> str:
    """The title as a part of an address: Latin letters lose their accents, others stay.

    It is cut between words where it is longer than `length`; `empty` stands for a title without
    a single letter.
    """
    letters = "".join(_plain(letter) for letter in unicodedata.normalize("NFC", title.lower()))
    slug = re.sub("-+", "-", letters).strip("-")
    if len(slug) > length:
        slug = slug[: length + 1].rpartition("-")[0] or slug[:length]
    return slug or empty


def stem_of(slug: str, length: int) -> str:
    """What all slugs begin with that `free_slug` may choose for this one."""
    return slug[: length - ROOM_FOR_NUMBER]


def free_slug(slug: str, taken: Collection[str], length: int) -> str:
    """The slug, with a number behind it where another row has it already."""
    if slug not in taken:
        return slug
    stem = stem_of(slug, length)
    candidates = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in candidates if candidate not in taken)


def _plain(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter))
    if marks and base.isascii():
        return base
    # Letters, marks and digits make words; everything else parts them.
    return LIGATURES.get(letter, letter if unicodedata.category(letter)[0] in "LMN" else "-")
