import pytest
from hypothesis import given, strategies as st

from app.core.fields import computed_field, fields_of
from app.core.filters import Condition, operators_of
from app.core.filters.condition import MAX_VALUES, join_values
from app.core.kinds import BadValue
from tests.core.fields.conftest import speaking
from tests.core.models import Animal

FIELDS = {**fields_of(Animal), "age_group": computed_field(Animal, "age_group")}

__all__ = ["speaking"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no field “”"),
        ("colour:eq:red", "no field “colour”"),
        ("name:like:a", "“like” cannot be used on “Name”"),
        ("name", "“” cannot be used on “Name”; use one of contains, eq"),
        ("name:gt:a", "“gt” cannot be used"),
        ("age_group:eq:old", "cannot be used"),
        ("name:eq:", "Give a value for “Name”"),
        ("name:contains:  ", "Give a value for “Name”"),
        ("name:empty:x", "takes no value"),
        ("legs:eq:many", "whole number"),
        ("legs:between:1", "two values"),
        ("legs:between:1,2,3", "two values"),
        ("legs:between:1,", "Give a value for “Legs”"),
        ("diet:any:fish", "Choose one of: plants, meat, nearly-all"),
        ("diet:any:plants,,meat", "Give a value"),
        ("keeper:any:x", "record that exists"),
        ("pen:any:1", "record that exists"),
        ("keeper:eq:1", "cannot be used"),
        ("code:contains:a\0b", "cannot be stored"),
        ("born_on:ge:tomorrow", "Write a date"),
        (f"diet:any:{'plants,' * MAX_VALUES}meat", f"at most {MAX_VALUES} values"),
    ],
)
def test_a_wrong_condition_says_what_is_wrong(text, part, speaking):
    with speaking.app_context(), pytest.raises(BadValue) as caught:
        Condition.parse(text, FIELDS)

    assert part in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "name:eq:a:b",
        "name:contains:50%_off\\",
        "name:empty",
        "diet:any:plants,nearly-all",
        "pen:any:N~21~3 a~11",
        "legs:between:1,2",
        "fed_at:ge:2026-01-01T10:00",
    ],
)
def test_a_condition_is_written_as_it_was_read(text, speaking):
    with speaking.app_context():
        condition = Condition.parse(text, FIELDS)

    assert str(condition) == text


@given(st.lists(st.text("~,03a", min_size=1), min_size=1, max_size=4))
def test_values_with_commas_can_be_joined_and_read(values):
    parts = join_values(values).split(",")

    assert [part.replace("~3", ",").replace("~0", "~") for part in parts] == values


def test_what_python_computes_has_no_operators():
    assert operators_of(FIELDS["age_group"]) == ()
