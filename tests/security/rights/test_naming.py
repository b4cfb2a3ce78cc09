"""Rights, models and rules in words that people know."""

from __future__ import annotations

import pytest
from flask import g

from app.security.admin.matrix import make_matrix, read_pairs, rules_of
from app.security.admin.window import find_window
from app.security.rights.naming import Names, name_of, names_of, subject_name, verb_name


@pytest.fixture
def words(vault):
    """A request in which names can be asked for."""
    with vault.test_request_context():
        g.user = None
        yield


@pytest.mark.parametrize(
    ("verb", "subject", "name"),
    [
        ("read", "OwnCard", "Read"),
        ("stamp", "OwnCard", "Stamp"),
        ("see_pin", "OwnCard", "See the hidden field “Pin”"),
        ("see_iban", "OwnCard", "See all of “IBAN”"),
        ("set_limit", "OwnCard", "Change “Limit”"),
        ("see_all", "OwnCard", "All records, not: only their own records"),
        ("see_all", "SmallCard", "All records, not: only small ones"),
        ("explain", "Access", "Explain"),
        ("fly_high", "Kite", "Fly high"),
    ],
)
def test_verb_says_what_it_allows(words, verb, subject, name):
    assert verb_name(f"can_{verb}", subject) == name


def test_subjects_are_called_as_their_lists(words):
    assert subject_name("OwnCard") == "Own cards"
    assert subject_name("Access") == "Reasons"
    assert subject_name("KiteFlight") == "Kite flight"
    assert name_of("can_edit", "TodoList") == "Todo list: Edit"


def test_names_of_very_many_are_those_of_each(words):
    names, pairs = Names(), read_pairs().values()

    assert [names.name_of(*pair) for pair in pairs] == [name_of(*pair) for pair in pairs]


def test_of_many_rights_the_first_are_named(words):
    pairs = [(f"can_{verb}", "User") for verb in ("read", "add", "edit", "delete", "export")]

    assert names_of(pairs[:1]) == "“User: Read”"
    assert names_of(pairs) == "“User: Add”, “User: Delete”, “User: Edit” and 2 more"


def test_rules_stand_beside_their_model(words):
    assert rules_of("SmallCard") == [
        "Only small ones",
        "Edit, Delete, Stamp: only their own records",
        "“Pin” is hidden",
        "Of “IBAN” only the last four characters are shown",
        "“Limit” cannot be changed",
    ]


def test_matrix_has_each_right_once_and_locks_what_is_not_held(words):
    pairs = read_pairs()
    held = frozenset({("can_read", "OwnCard")})

    matrix = make_matrix(find_window({}), pairs, (), held)

    boxes = [box for area in matrix.areas for row in area.rows for box in row.boxes]
    assert sorted(box.key for box in boxes) == sorted(pairs)
    assert [pairs[box.key] for box in boxes if not box.is_locked] == list(held)
    assert str(matrix.areas[-1].label) == "Administration"
