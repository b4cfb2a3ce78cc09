"""Two versions of a text beside each other."""

from __future__ import annotations

import pytest

from app.core.history.side_by_side import MAX_LINE_WORDS, side_by_side


def marked(side):
    """A side in one text, with what went and what came in brackets."""
    if side is None:
        return None
    signs = {"same": "{}", "del": "[-{}]", "ins": "[+{}]"}
    return "".join(signs[part.what].format(part.text) for part in side)


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        ("a cat", "a cat", [("a cat", "a cat")]),
        ("a black cat", "a white cat", [("a [-black] cat", "a [+white] cat")]),
        ("one\ntwo", "one", [("one", "one"), ("[-two]", None)]),
        ("one", "one\ntwo", [("one", "one"), (None, "[+two]")]),
        ("", "new", [(None, "[+new]")]),
        ("Ação já", "Ação não", [("Ação [-já]", "Ação [+não]")]),
    ],
)
def test_lines_are_paired_and_words_marked(before, after, rows):
    found = side_by_side(before, after)

    assert [(marked(row.before), marked(row.after)) for row in found] == rows


def test_what_stayed_far_from_a_change_is_counted_only():
    lines = [f"line {number}" for number in range(20)]

    rows = side_by_side("\n".join(lines), "\n".join([*lines[:-1], "end"]))

    assert [row.skipped for row in rows] == [17, 0, 0, 0]
    assert rows[-1].is_changed


def test_a_very_long_line_is_shown_whole():
    before, after = "a " * MAX_LINE_WORDS, "b " * MAX_LINE_WORDS

    (row,) = side_by_side(before, after)

    assert (marked(row.before), marked(row.after)) == (f"[-{before}]", f"[+{after}]")
