import pytest

from app.core.adopt.schema import Notes, Table


@pytest.mark.parametrize(
    ("columns", "expected"),
    [(("id",), True), (("a", "b"), True), (("a",), False), (("b", "a", "c"), True)],
)
def test_columns_are_unique_if_a_part_of_them_is(columns, expected):
    table = Table("t", key=("id",), uniques=(("a", "b"),))

    assert table.is_unique(columns) is expected


def test_table_without_a_key_has_no_unique_columns():
    assert not Table("t").is_unique(("a",))


def test_same_thing_is_said_once():
    notes = Notes()

    notes.handle("a", "said")
    notes.handle("a", "said")

    assert notes.handled == [("a", "said")]
    assert notes.mentions("a")
    assert not notes.mentions("b")
