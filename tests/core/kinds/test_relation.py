import pytest

from app.core.kinds import BadValue
from app.core.kinds.relation import Relation, Relations


@pytest.mark.parametrize("raw", [7, "7", {"key": "7", "text": "Seven"}, {"key": 7}])
def test_a_row_is_named_by_its_key(raw, reading):
    with reading():
        assert Relation().from_json(raw) == "7"


@pytest.mark.parametrize("raw", [True, "", 1.5, [], {}, {"text": "Seven"}, {"key": None}])
def test_what_is_no_key_is_refused(raw, reading):
    with reading(), pytest.raises(BadValue, match="record that exists"):
        Relation().from_json(raw)


def test_rows_are_a_list_of_keys(reading):
    with reading():
        assert Relations().from_json([1, "2", {"key": "3"}]) == ["1", "2", "3"]
        for raw in ("1", {"key": "1"}, [True], [None]):
            with pytest.raises(BadValue):
                Relations().from_json(raw)
