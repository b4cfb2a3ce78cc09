"""A value of which only the end is shown."""

from __future__ import annotations

import datetime

import pytest

from app.core.kinds.masked import Masked
from app.core.kinds.moment import Date
from app.core.kinds.text import Text

KIND = Masked(Text())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("PT50000201231234567890154", "•••• 0154"),
        ("12345678", "•••• 5678"),
        ("1234567", "•••• 567"),
        ("12", "•••• 2"),
        ("1", "••••"),
        ("", "••••"),
        ("••••secret", "•••• cret"),
    ],
)
def test_only_the_end_is_shown_and_never_more_than_half(value, shown):
    assert KIND.format(value) == KIND.to_json(value) == KIND.to_input(value) == shown


def test_what_is_masked_already_stays_as_it_is():
    assert KIND.format(KIND.mask("12345678")) == "•••• 5678"


def test_value_of_another_kind_is_masked_as_it_is_written():
    assert Masked(Date()).format(datetime.date(2026, 1, 31)) == "•••• 1-31"


def test_nothing_can_be_asked_about_it():
    assert KIND.operators == ()
    assert [KIND.is_sortable, KIND.is_text, KIND.is_measure] == [False] * 3
