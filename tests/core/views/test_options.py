"""What a view gets that declares nothing."""

import pytest
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.core.views import ModelView
from app.core.views.options import MAX_LIST_COLUMNS, Derived
from tests.core.models import Animal, Badge, Keeper, Meal, Pen


def derived(model, **options):
    made = type("MadeView", (ModelView,), {"datamodel": SQLAInterface(model), **options})
    return Derived(made.__new__(made))


def test_a_list_has_the_title_first_and_only_so_many_columns():
    found = derived(Animal).list_columns

    assert found[0] == "name"
    assert len(found) == MAX_LIST_COLUMNS
    assert not {"notes", "story", "traits", "photo", "badges", "id", "version"} & set(found)


def test_a_small_model_is_shown_whole():
    assert derived(Pen).list_columns == ("title", "zone", "number", "is_secret")
    assert set(derived(Meal).list_columns) >= {"animal", "keeper", "kilos"}


def test_a_form_has_what_may_be_written():
    found = derived(Badge)

    assert found.add_columns == found.edit_columns == ("name", "is_secret", "animals")
    assert "photo" not in derived(Animal).add_columns
    assert derived(Meal).add_columns == ("animal", "keeper", "kilos")


def test_a_record_shows_everything_but_lists_of_rows():
    found = derived(Animal).show_columns

    assert {"notes", "photo", "is_heavy", "created_by", "updated_at"} <= set(found)
    assert not {"badges", "meals", "version"} & set(found)


def test_the_search_looks_into_texts():
    assert derived(Keeper).search_columns == (
        "first_name",
        "last_name",
        "email",
        "phone",
        "nickname",
    )


def test_what_is_excluded_is_in_nothing_that_is_derived():
    found = derived(Animal, exclude_columns=["code", "keeper"])

    for names in (
        found.list_columns,
        found.show_columns,
        found.add_columns,
        found.search_columns,
        found.filter_columns,
        found.order_columns,
    ):
        assert not {"code", "keeper"} & set(names)


def test_titles_come_from_the_name_of_the_model():
    found = derived(Badge)

    assert (str(found.record_title), str(found.list_title)) == ("Badge", "Badges")
    assert str(derived(Badge, list_title="Medals").list_title) == "Medals"


def test_labels_may_be_changed_and_properties_shown():
    found = derived(Animal, list_columns=["name", "age_group"], label_columns={"name": "Called"})

    assert str(found.fields["name"].label) == "Called"
    assert found.fields["age_group"].is_computed


def test_groups_of_fields_are_columns_too():
    groups = [("Who", {"fields": ["name"]}), ("Where", {"fields": ["pen"]})]
    found = derived(Animal, add_fieldsets=groups)

    assert found.add_columns == found.edit_columns == ("name", "pen")
    assert found.fieldsets(groups, ["name", "pen"]) == [("Who", ["name"]), ("Where", ["pen"])]
    assert found.fieldsets((), ["name"]) == [("", ["name"])]


def test_a_view_needs_a_model():
    with pytest.raises(TypeError, match="LostView has no datamodel"):
        type("LostView", (ModelView,), {})()


def test_what_a_cell_has_room_for_is_edited_in_the_list():
    found = derived(Animal)

    assert {"name", "diet", "rank", "keeper", "born_on", "fed_at"} <= set(found.inline_columns)
    assert not {"notes", "story", "traits", "badges", "is_heavy"} & set(found.inline_columns)
    assert derived(Pen).inline_columns == ("title", "is_secret")
    assert derived(Animal, edit_columns=["rank", "notes"]).inline_columns == ("rank",)


def test_many_records_are_given_what_can_be_the_same_in_all_of_them():
    found = derived(Animal)

    assert {"rank", "keeper", "notes"} <= set(found.bulk_columns)
    assert not {"name", "code", "badges", "is_heavy"} & set(found.bulk_columns)
    assert derived(Pen).bulk_columns == ("is_secret",)
    assert derived(Pen, bulk_columns=["title"]).bulk_columns == ("title",)


@pytest.mark.parametrize("options", [{"is_readonly": True}, {"inline_columns": ()}], ids=str)
def test_editing_in_the_list_can_be_turned_off(options):
    assert derived(Animal, **options).inline_columns == ()
