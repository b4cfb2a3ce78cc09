import math
import uuid

import pytest

from app.core.kinds import BadValue
from app.core.kinds.number import Integer
from app.core.kinds.structure import MAX_DEPTH, Array, Binary, Json, Uuid


@pytest.mark.parametrize(
    "value",
    ["NaN and Infinity", {"emoji": "😀"}, "a\\u0000b", {"a": [1, None, True, 1.5]}, "", "\\ud800"],
)
def test_json_may_hold_what_only_looks_dangerous(value, reading):
    with reading():
        assert Json().from_json(value) == value
        assert Json().parse(Json().to_input(value)) == value


@pytest.mark.parametrize(
    "value",
    ["a\0b", {"a\0": 1}, [math.nan], {"a": {"b": math.inf}}, "\ud800", ["x", ["\udfff"]]],
)
def test_json_that_postgresql_refuses_is_refused(value, reading):
    with reading(), pytest.raises(BadValue, match="Write JSON"):
        Json().from_json(value)


@pytest.mark.parametrize("raw", ["{", "{'a': 1}", "[NaN]", "-Infinity", '"\\u0000"', "[" * 100_000])
def test_text_that_is_no_json_is_refused(raw, reading):
    with reading(), pytest.raises(BadValue, match="Write JSON"):
        Json().parse(raw)


def test_json_is_not_nested_without_end(reading):
    with reading():
        assert Json().parse("[" * MAX_DEPTH + "]" * MAX_DEPTH)
        with pytest.raises(BadValue):
            Json().parse("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_long_json_is_shortened_where_it_is_shown(reading):
    with reading():
        assert len(Json().format(["x" * 100])) == 80


def test_the_items_of_an_array_are_of_its_kind(reading):
    kind = Array(item=Integer(32))

    with reading():
        assert kind.parse("[1, null, 3]") == [1, None, 3]
        assert kind.format([1000, None]) == "1,000, "
        for raw in ('{"a": 1}', "[1.5]", '["x"]', "3", "[2147483648]"):
            with pytest.raises(BadValue):
                kind.parse(raw)


def test_an_array_of_more_dimensions_than_declared_can_be_shown(reading):
    kind = Array(item=Integer(32))

    with reading():
        assert kind.to_json([[1, 2], [3, None]]) == [[1, 2], [3, None]]
        assert kind.format([[1, 2], [3, None]]) == "1, 2, 3, "


def test_an_identifier_is_what_its_column_gives(reading):
    text = "123e4567-e89b-12d3-a456-426614174000"

    with reading():
        assert Uuid().parse(f" {text.upper()} ") == uuid.UUID(text)
        assert Uuid(is_written_as_text=True).parse(text.upper()) == text
        with pytest.raises(BadValue):
            Uuid().parse("123")


def test_of_bytes_only_the_size_is_told(reading):
    with reading():
        assert Binary().format(b"12345") == "5 bytes"
        assert Binary().to_json(b"12345") == {"bytes": 5}
        assert Binary().to_input(b"12345") == ""
