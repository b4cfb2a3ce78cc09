import pytest

from app.core.query.rules import hidden, own, readonly, rows
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
