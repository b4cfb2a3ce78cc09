import pytest


def test_table_without_a_key_is_keyed_by_sqlites_row_number(plan):
    made = plan("CREATE TABLE log (a TEXT, b TEXT)")

    (model,) = made.models
    assert model.table.key == ("rowid",)
    assert not model.table.read_only
    assert made.notes.handled == [
        ("log", "has no primary key; SQLite's own row number serves as one")
    ]


def test_view_is_keyed_by_what_differs_in_all_rows(plan):
    made = plan(
        """
        CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO item (name) VALUES ('a'), ('a');
        CREATE VIEW item_view AS SELECT name, id FROM item;
        """
    )

    view = made.models[1].table
    assert (view.key, view.read_only) == (("id",), True)
    assert made.notes.mentions("item_view")


def test_view_may_need_two_columns(plan):
    made = plan(
        """
        CREATE TABLE line (order_id INT, position INT, PRIMARY KEY (order_id, position));
        INSERT INTO line VALUES (1, 1), (1, 2), (2, 1);
        CREATE VIEW line_view AS SELECT order_id, position FROM line;
        """
    )

    assert made.models[1].table.key == ("order_id", "position")


@pytest.mark.parametrize("rows", ["", "INSERT INTO item VALUES ('a'), ('a');"])
def test_view_without_a_key_is_left_out(plan, rows):
    made = plan(
        f"""
        CREATE TABLE item (name TEXT);
        {rows}
        CREATE VIEW item_view AS SELECT name FROM item;
        """
    )

    assert made.notes.left_out == [("item_view", "a view without a key that tells rows apart")]


def test_unique_index_serves_as_a_key_on_postgresql(nasty_plan):
    tables = {model.table.name: model.table for model in nasty_plan.models}

    assert tables["unique_only"].key == ("code",)
    assert tables["unique_only"].read_only
    assert tables["country_count"].key == ("country_code",)
    assert tables["paired_view"].key == ("order_id", "line")


def test_table_without_any_key_is_left_out_on_postgresql(nasty_plan):
    left_out = dict(nasty_plan.notes.left_out)

    assert left_out["no_key"] == "a table without a key that tells rows apart"
    assert left_out["partial_only"] == "a table without a key that tells rows apart"
    assert left_out["keyless_view"] == "a view without a key that tells rows apart"
