"""A view whose options cannot be meant as they stand is refused when its class is made."""

import pytest
from flask_appbuilder.models.sqla.interface import SQLAInterface

from app.core.query.rules import hidden, masked, readonly
from app.core.views import ModelView, action
from tests.core.models import Animal

INTERFACE = SQLAInterface(Animal)
WRONG = [
    ({"list_columns": ["name", "colour"]}, "list_columns", "colour"),
    ({"show_columns": ["colour"]}, "show_columns", "colour"),
    ({"add_columns": ["colour"]}, "add_columns", "colour"),
    ({"add_columns": ["age_group"]}, "add_columns", "age_group"),
    ({"edit_columns": ["colour"]}, "edit_columns", "colour"),
    ({"search_columns": ["colour"]}, "search_columns", "colour"),
    ({"search_columns": ["age_group"]}, "search_columns", "age_group"),
    ({"search_columns": ["keeper"]}, "search_columns", "keeper"),
    ({"search_columns": ["keeper.colour"]}, "search_columns", "keeper.colour"),
    ({"search_columns": ["name.length"]}, "search_columns", "name.length"),
    ({"order_columns": ["colour"]}, "order_columns", "colour"),
    ({"order_columns": ["badges"]}, "order_columns", "badges"),
    ({"filter_columns": ["age_group"]}, "filter_columns", "age_group"),
    ({"exclude_columns": ["colour"]}, "exclude_columns", "colour"),
    ({"label_columns": {"colour": "Colour"}}, "label_columns", "colour"),
    ({"description_columns": {"colour": "Red."}}, "description_columns", "colour"),
    ({"validators_columns": {"colour": []}}, "validators_columns", "colour"),
    ({"field_rules": [hidden("salery")]}, "field_rules", "salery"),
    ({"field_rules": [hidden("name", unless="x")]}, "field_rules", "name"),
    ({"field_rules": [masked("name")]}, "field_rules", "name"),
    ({"field_rules": [masked("keeper")]}, "masked", "keeper"),
    ({"show_fieldsets": [("A", {"fields": ["colour"]})]}, "show_fieldsets", "colour"),
    ({"add_fieldsets": [("A", {"fields": ["legs", "legs"]})]}, "twice", "legs"),
    (
        {"edit_fieldsets": [("A", {"fields": ["name"]})], "edit_columns": ["name"]},
        "edit_fieldsets",
        "edit_columns",
    ),
    ({"exclude_columns": ["name"], "list_columns": ["name"]}, "exclude_columns", "name"),
    ({"base_order": ("colour", "asc")}, "base_order", "colour"),
    ({"base_order": ("traits", "asc")}, "base_order", "traits"),
    ({"base_order": ("name", "down")}, "base_order", "asc"),
    ({"page_size": 0}, "page_size", "1"),
    ({"page_size": 500}, "page_size", "max_page_size"),
    ({"show_exclude_columns": ["name"]}, "show_exclude_columns", "no option"),
    ({"inline_columns": ["colour"]}, "inline_columns", "colour"),
    ({"inline_columns": ["badges"]}, "inline_columns", "badges"),
    ({"inline_columns": ["is_heavy"]}, "inline_columns", "is_heavy"),
    ({"inline_columns": ["rank"], "is_readonly": True}, "inline_columns", "is_readonly"),
    ({"inline_columns": ["rank"], "edit_columns": ["name"]}, "inline_columns", "edit form"),
    ({"inline_columns": ["rank"], "exclude_columns": ["rank"]}, "exclude_columns", "rank"),
    ({"bulk_columns": ["colour"]}, "bulk_columns", "colour"),
    ({"bulk_columns": ["code"]}, "bulk_columns", "unique"),
    ({"bulk_columns": ["rank"], "add_columns": ["name"]}, "bulk_columns", "edit form"),
    pytest.param(
        {"edit": action("edit", "Edit")(lambda _view, _rows: None)}, "action", "edit", id="action"
    ),
    ({"serch_columns": ["name"]}, "serch_columns", "did you mean search_columns?"),
]


@pytest.mark.parametrize(("options", "option", "name"), WRONG, ids=str)
def test_a_wrong_option_is_refused_by_its_name(options, option, name):
    with pytest.raises(TypeError) as caught:
        type("WrongView", (ModelView,), {"datamodel": INTERFACE, **options})

    assert str(caught.value).startswith("WrongView: ")
    assert option in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"list_columns": ["name", "age_group", "is_heavy"]},
        {"base_order": ("keeper", "desc")},
        {"search_columns": ["name", "keeper.last_name", "badges.name"]},
        {"add_columns": ["name", "remark"], "add_form_extra_fields": {"remark": None}},
        {"show_fieldsets": [("A", {"fields": ["name", "age_group"]})]},
        {"colours": ["red"]},
        {"inline_columns": ["rank"], "edit_fieldsets": [("A", {"fields": ["name", "rank"]})]},
        {"inline_columns": (), "bulk_columns": ()},
        {"inline_columns": (), "is_readonly": True},
        {"field_rules": [masked("code"), hidden("notes"), readonly("name")]},
    ],
    ids=str,
)
def test_what_can_be_meant_is_accepted(options):
    assert type("RightView", (ModelView,), {"datamodel": INTERFACE, **options})
