from types import SimpleNamespace

import pytest

from app.core.query.rules import hidden, masked, own, readonly, rows, team
from tests.core.models import Diary


@pytest.mark.parametrize(
    ("declared", "verb", "holds"),
    [
        (None, "read", True),
        (None, "delete", True),
        ({"edit"}, "edit", True),
        ({"edit"}, "delete", False),
        ({"edit"}, "read", False),
        ({"read"}, "delete", True),
        ({"read", "export"}, "edit", True),
    ],
)
def test_what_may_not_be_read_may_not_be_changed(declared, verb, holds):
    rule = rows(lambda _user: True, verbs=declared)

    assert rule.holds_for(verb) is holds


def test_a_visitor_owns_nothing():
    assert str(own(Diary.owner_id).expression(None)) == "false"


def test_rules_for_fields_say_what_they_do():
    assert (hidden("salary").hides, hidden("salary").unless) == (True, None)
    assert (readonly("salary", unless="pay").hides, readonly("x", unless="pay").unless) == (
        False,
        "pay",
    )


def test_a_group_is_shared_by_whoever_is_in_it():
    clause = str(team(Diary.owner_id).expression(SimpleNamespace(id=1)))

    assert "ab_user_group" in clause
    assert str(team(Diary.owner_id).expression(None)) == "false"


@pytest.mark.parametrize("made", [own, team])
def test_rules_have_exceptions_and_words(made):
    rule = made(Diary.owner_id, verbs={"edit"}, unless="see_all")

    assert (rule.unless, rule.verbs) == ("see_all", frozenset({"edit"}))
    assert str(rule.label)


def test_a_masked_field_is_neither_hidden_nor_written():
    rule = masked("iban", unless="see_iban")

    assert (rule.hides, rule.masks, rule.unless) == (False, True, "see_iban")
