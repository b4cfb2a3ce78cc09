"""Two versions of a text beside each other: line against line, and word against word in them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from app.core.history.diff import MAX_WORDS, WORDS, Part

KEPT_LINES = 2
"""Lines that stayed, shown around those that did not."""
MAX_LINES = 3_000
"""Of longer texts only the beginning is compared."""
MAX_LINE_WORDS = MAX_WORDS // 4

Side = tuple[Part, ...]


@dataclass(frozen=True)
class Row:
    """One line of both versions; one of the sides is None where only the other has the line."""

    before: Side | None
    after: Side | None
    skipped: int = 0
    """How many lines that stayed are left out here; then there is no text on either side."""

    @property
    def is_changed(self) -> bool:
        return not self.skipped and self.before != self.after


def side_by_side(before: str, after: str) -> list[Row]:
    """The lines of two texts in pairs, with the words that went and those that came."""
    old, new = before.splitlines()[:MAX_LINES], after.splitlines()[:MAX_LINES]
    rows: list[Row] = []
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (tag, i1, i2, j1, j2) in enumerate(blocks):
        if tag == "equal":
            is_last = number == len(blocks) - 1
            rows += _stayed(old[i1:i2], has_before=number > 0, has_after=not is_last)
        else:
            rows += _changed(old[i1:i2], new[j1:j2])
    return rows


def _stayed(lines: Sequence[str], *, has_before: bool, has_after: bool) -> Iterator[Row]:
    head = KEPT_LINES if has_before else 0
    tail = KEPT_LINES if has_after else 0
    skipped = len(lines) - head - tail
    if skipped <= 1:
        yield from (_same(line) for line in lines)
        return
    yield from (_same(line) for line in lines[:head])
    yield Row(None, None, skipped)
    yield from (_same(line) for line in lines[len(lines) - tail :])


def _same(line: str) -> Row:
    side = (Part("same", line),)
    return Row(side, side)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    for before, after in zip_longest(old, new):
        if before is None or after is None:
            yield Row(
                None if before is None else (Part("del", before),),
                None if after is None else (Part("ins", after),),
            )
        else:
            yield _pair(before, after)


def _pair(before: str, after: str) -> Row:
    old, new = WORDS.findall(before), WORDS.findall(after)
    if len(old) + len(new) > MAX_LINE_WORDS:
        return Row((Part("del", before),), (Part("ins", after),))
    left: list[Part] = []
    right: list[Part] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        what = ("same", "same") if tag == "equal" else ("del", "ins")
        if i2 > i1:
            left.append(Part(what[0], "".join(old[i1:i2])))
        if j2 > j1:
            right.append(Part(what[1], "".join(new[j1:j2])))
    return Row(tuple(left), tuple(right))
