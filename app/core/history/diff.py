"""What became of a text, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
MAX_WORDS = 4_000
"""Beyond, comparing costs more than it tells: the texts are shown one after the other."""
MAX_SHOWN = 2_000
CONTEXT = 16
MIN_LIKENESS = 0.4
"""Below, two texts have only their commonest words in common."""


@dataclass(frozen=True)
class Part:
    """A piece of text that stayed, was added (`ins`), was taken out (`del`) or is skipped."""

    what: str
    text: str = ""


def compare(before: str, after: str) -> tuple[Part, ...]:
    """The pieces of both texts in order; long pieces that stayed are shortened."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) + len(new) > MAX_WORDS:
        return _replaced(before, after)
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    if _likeness(old, new, blocks) < MIN_LIKENESS:
        return _replaced(before, after)
    found: list[Part] = []
    for number, (tag, i1, i2, j1, j2) in enumerate(blocks):
        if tag == "equal":
            found += _same(old[i1:i2], is_first=number == 0, is_last=number == len(blocks) - 1)
            continue
        if i2 > i1:
            found.append(Part("del", _shorten("".join(old[i1:i2]))))
        if j2 > j1:
            found.append(Part("ins", _shorten("".join(new[j1:j2]))))
    return tuple(found)


def _replaced(before: str, after: str) -> tuple[Part, ...]:
    pairs = (("del", before), ("ins", after))
    return tuple(Part(what, _shorten(text)) for what, text in pairs if text)


def _likeness(
    old: list[str], new: list[str], blocks: Sequence[tuple[str, int, int, int, int]]
) -> float:
    """Which part of all words, blanks left aside, stands in both texts."""
    stayed = sum(
        len(word)
        for tag, i1, i2, _j1, _j2 in blocks
        if tag == "equal"
        for word in _said(old[i1:i2])
    )
    total = sum(len(word) for word in _said([*old, *new]))
    return 2 * stayed / total if total else 1.0


def _said(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if not word.isspace())


def _same(words: list[str], *, is_first: bool, is_last: bool) -> list[Part]:
    """Words that stayed: those near a change, and a gap for the others."""
    head = [] if is_first else words[:CONTEXT]
    tail = [] if is_last else words[-CONTEXT:]
    if len(words) <= len(head) + len(tail):
        return [Part("same", "".join(words))]
    parts = [Part("same", "".join(head)), Part("gap"), Part("same", "".join(tail))]
    return [part for part in parts if part.what == "gap" or part.text]


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
