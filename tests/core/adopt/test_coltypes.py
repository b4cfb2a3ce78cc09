import pytest


@pytest.fixture
def types(nasty_plan):
    """The Python type and the code of each column of a table."""

    def of(table):
        model = next(item for item in nasty_plan.models if item.table.title == table)
        return {item.name: (item.type.python, item.type.code) for item in model.attributes}

    return of


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("id", ("int", "BigInteger")),
        ("first_name", ("str", "String(40)")),
        ("mood", ("Mood", "choice(Mood)")),
        ("moods", ("str", 'AsText("mood[]")')),
        ("tags", ("list[str]", "ARRAY(Text)")),
        ("numbers", ("list[int]", "ARRAY(Integer)")),
        ("settings", ("Any", "JSONB")),
        ("raw", ("Any", "JSON")),
        ("token", ("UUID", "")),
        ("photo", ("bytes", "")),
        ("born", ("dt.date", "")),
        ("seen", ("dt.datetime", "DateTime(timezone=True)")),
        ("seen_local", ("dt.datetime", "")),
        ("wakes", ("dt.time", "")),
        ("wakes_zoned", ("dt.time", "Time(timezone=True)")),
        ("naps", ("dt.timedelta", "")),
        ("share", ("Decimal", "Numeric(5, 2)")),
        ("balance", ("Decimal", "Numeric(12, 2)")),
        ("anything", ("Decimal", "")),
        ("height", ("float", "")),
        ("weight", ("float", "")),
        ("small", ("int", "SmallInteger")),
        ("active", ("bool", "")),
        ("note", ("str", "Text")),
        ("level", ("PersonLevel", "choice(PersonLevel)")),
    ],
)
def test_usual_types_of_postgresql(types, column, expected):
    assert types("person")[column] == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("host", ("str", "INET")),
        ("net", ("str", "CIDR")),
        ("mac", ("str", "MACADDR")),
        ("mac8", ("str", "MACADDR8")),
        ("search", ("str", "TSVECTOR")),
        ("period", ("str", 'AsText("daterange")')),
        ("slots", ("str", 'AsText("tsmultirange")')),
        ("price", ("str", "MONEY")),
        ("flags", ("str", "BIT")),
        ("place", ("str", 'AsText("point")')),
        ("doc", ("str", 'AsText("xml")')),
        ("ref", ("int", "OID")),
        ("kind", ("str", 'AsText("regclass")')),
        ("duo", ("str", 'AsText("pair")')),
        ("days", ("list[dt.date]", "ARRAY(Date)")),
        ("grid", ("str", 'AsText("integer[][]")')),
        ("postcodes", ("str", 'AsText("postcode[]")')),
    ],
)
def test_exotic_types_of_postgresql(types, column, expected):
    assert types("exotic")[column] == expected


def test_domain_keeps_the_length_of_its_type(types):
    assert types("address")["postcode"] == ("str", "String(8)")


@pytest.mark.parametrize("column", ["host", "place", "grid", "postcodes", "price"])
def test_what_cannot_be_edited_is_reported(nasty_plan, column):
    assert nasty_plan.notes.mentions(f"exotic.{column}")
