import pytest


def names(plan):
    return {model.table.title: model.name for model in plan.models}


def test_class_gives_way_to_what_is_there_already(plan):
    made = plan(
        """
        CREATE TABLE user (id INTEGER PRIMARY KEY);
        CREATE TABLE "table" (id INTEGER PRIMARY KEY);
        CREATE TABLE warning (id INTEGER PRIMARY KEY);
        CREATE TABLE post (id INTEGER PRIMARY KEY);
        """,
        taken={"User", "PostView"},
    )

    assert names(made) == {
        "post": "ShopPost",
        "table": "ShopTable",
        "user": "ShopUser",
        "warning": "ShopWarning",
    }


def test_classes_and_addresses_differ(plan):
    made = plan(
        """
        CREATE TABLE box (id INTEGER PRIMARY KEY);
        CREATE TABLE boxes (id INTEGER PRIMARY KEY);
        CREATE TABLE item (id INTEGER PRIMARY KEY);
        CREATE TABLE item_view (id INTEGER PRIMARY KEY);
        """
    )

    assert names(made) == {
        "box": "Box",
        "boxes": "ShopBox",
        "item": "Item",
        "item_view": "ShopItemView",
    }


def test_table_of_another_schema_is_called_by_it(nasty_plan):
    assert names(nasty_plan)["public.order"] == "Order"
    assert names(nasty_plan)["sales.order"] == "SalesOrder"


@pytest.mark.parametrize(
    ("columns", "title"),
    [
        ("id INTEGER PRIMARY KEY, name TEXT", ()),
        ("id INTEGER PRIMARY KEY, street TEXT, name TEXT", ()),
        ("id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT", ()),
        ("id INTEGER PRIMARY KEY, street TEXT, city TEXT", ("id",)),
        ("id INTEGER PRIMARY KEY, street TEXT, number TEXT UNIQUE", ("number",)),
        ("id INTEGER PRIMARY KEY, street TEXT, town TEXT NOT NULL", ("town",)),
        ("id INTEGER PRIMARY KEY, amount INT", ()),
    ],
)
def test_title_is_said_where_the_derived_one_would_be_poor(plan, columns, title):
    assert plan(f"CREATE TABLE thing ({columns})").models[0].title == title


def test_own_key_is_called_id(plan):
    made = plan("CREATE TABLE Album (AlbumId INTEGER PRIMARY KEY, Title TEXT)")

    assert [item.name for item in made.models[0].attributes] == ["id", "title"]


def test_odd_names_become_plain_ones(nasty_plan):
    odd = next(model for model in nasty_plan.models if model.name.startswith("Odd"))

    assert [item.name for item in odd.attributes] == [
        "uni_code",
        "field_2nd",
        "a_b_c_d_e",
        "import_",
        "from_",
        "field",
        "say_hi",
    ]


def test_required_column_that_cannot_be_typed_is_reported(nasty_plan):
    said = [text for about, text in nasty_plan.notes.handled if about == "exotic.must_have"]

    assert said[-1] == "required, but cannot be typed: rows can be changed, not added"
