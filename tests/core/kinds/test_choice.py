import enum

import pytest

from app.core.kinds import BadValue
from app.core.kinds.choice import Boolean, Choice


class State(enum.StrEnum):
    OPEN = "open"
    IN_REVIEW = "in-review"


@pytest.mark.parametrize("raw", ["1", "true", "TRUE ", "yes", "on", "t"])
def test_yes_has_many_words(raw, reading):
    with reading():
        assert Boolean().parse(raw) is True


@pytest.mark.parametrize("raw", ["2", "maybe", ""])
def test_what_is_neither_yes_nor_no_is_refused(raw, reading):
    with reading(), pytest.raises(BadValue, match="true or false"):
        Boolean().parse(raw)


@pytest.mark.parametrize("raw", ["true", 1, 0, None, []])
def test_json_says_yes_only_with_a_boolean(raw, reading):
    with reading(), pytest.raises(BadValue):
        Boolean().from_json(raw)


def test_a_member_is_known_by_its_value_and_shown_by_its_name(reading):
    kind = Choice(tuple(State))

    with reading():
        assert kind.parse("in-review") is State.IN_REVIEW
        assert kind.format(State.IN_REVIEW) == "In review"
        assert kind.to_json(State.IN_REVIEW) == "in-review"
        assert [(value, str(text)) for value, text in kind.choices()] == [
            ("open", "Open"),
            ("in-review", "In review"),
        ]
        assert kind.schema()["enum"] == ["open", "in-review"]


def test_what_is_no_member_is_refused_with_the_members(reading):
    with reading(), pytest.raises(BadValue, match="open, in-review"):
        Choice(tuple(State)).parse("IN_REVIEW")


def test_the_texts_of_an_adopted_database_stay_as_they_are(reading):
    with reading("pt"):
        assert Choice(("Open", "shut")).format("Open") == "Open"
