import pytest

from app.core.adopt.schema import Column, Table
from app.core.adopt.texts import is_short_by_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("name", True),
        ("LastName", True),
        ("country_code", True),
        ("title", True),
        ("isbn", True),
        ("description", False),
        ("notes", False),
    ],
)
def test_names_and_keys_are_short(name, expected):
    table = Table("book", key=("id",), uniques=(("isbn",),))

    assert is_short_by_name(Column(name, None), table) is expected
