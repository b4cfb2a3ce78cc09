import pytest

from app.core.fields import computed_field, fields_of
from app.core.kinds.base import EMPTY
from tests.core.models import Animal, Badge, Diary, Keeper, Meal, Pen, Probe, Species

KINDS = {
    "name": "text",
    "code": "text",
    "diet": "enum",
    "legs": "integer",
    "weight": "decimal",
    "price": "money",
    "appetite": "percent",
    "length": "float",
    "born_on": "date",
    "fed_at": "moment",
    "seen_at": "datetime",
    "wakes_at": "time",
    "sleeps_for": "interval",
    "is_tame": "boolean",
    "is_vaccinated": "boolean",
    "notes": "longtext",
    "story": "html",
    "traits": "json",
    "chip": "uuid",
    "photo": "binary",
    "is_heavy": "boolean",
    "species": "relation",
    "keeper": "relation",
    "stand_in": "relation",
    "pen": "relation",
    "badges": "relations",
    "meals": "relations",
    "created_at": "moment",
    "created_by": "relation",
    "version": "integer",
}


def test_each_column_and_relation_is_a_field_of_its_kind():
    fields = fields_of(Animal)

    assert {name: fields[name].kind.name for name in KINDS} == KINDS


@pytest.mark.parametrize("name", ["species_id", "keeper_id", "pen_zone", "pen_number"])
def test_a_relation_stands_for_its_key(name):
    assert name not in fields_of(Animal)


def test_relations_stand_where_their_keys_do():
    names = list(fields_of(Animal))

    assert names.index("rank") < names.index("species") < names.index("keeper")
    assert names.index("stand_in") < names.index("pen") < names.index("created_at")


def test_two_keys_to_one_table_are_two_relations():
    fields = fields_of(Animal)

    assert fields["keeper"].target is fields["stand_in"].target is Keeper


def test_a_table_may_refer_to_itself():
    fields = fields_of(Species)

    assert (fields["parent"].target, fields["parent"].is_many) == (Species, False)
    assert (fields["children"].target, fields["children"].is_many) == (Species, True)


@pytest.mark.parametrize(
    ("model", "required"),
    [
        (Animal, {"name", "species"}),
        (Species, {"name"}),
        (Pen, {"zone", "number", "title"}),
        (Meal, {"animal", "keeper"}),
        (Diary, {"title"}),
        (Probe, set()),
    ],
)
def test_what_may_not_be_empty_and_has_no_default_is_required(model, required):
    found = {
        name
        for name, field in fields_of(model).items()
        if field.is_required and not field.is_readonly
    }

    assert found == required


@pytest.mark.parametrize(
    ("model", "readonly"),
    [
        (Badge, {"id", "created_at", "updated_at", "created_by", "updated_by", "version"}),
        (Pen, {"animals"}),
        (Meal, {"animal_id", "keeper_id"}),
        (Probe, {"id", "document", "address", "twice"}),
    ],
)
def test_what_the_platform_fills_is_read_only(model, readonly):
    assert {name for name, field in fields_of(model).items() if field.is_readonly} == readonly


def test_bytes_and_expressions_are_read_only():
    fields = fields_of(Animal)

    assert fields["photo"].is_readonly
    assert fields["is_heavy"].is_readonly
    assert fields["meals"].is_readonly


def test_labels_come_from_names_or_are_declared():
    fields = fields_of(Animal)

    assert str(fields["born_on"].label) == "Born on"
    assert str(fields["motto"].label) == "Our motto"
    assert fields["legs"].help == "Two, four, or none at all."


def test_uniqueness_is_that_of_the_column():
    fields = fields_of(Animal)

    assert fields["code"].is_unique
    assert not fields["name"].is_unique


def test_what_only_python_knows_cannot_be_used_in_a_statement():
    field = computed_field(Animal, "age_group")

    assert field.is_computed
    assert not field.is_sortable
    assert field.text(Animal()) == "young"


def test_an_expression_can_be_sorted_by():
    field = fields_of(Animal)["is_heavy"]

    assert not field.is_computed
    assert field.is_sortable


@pytest.mark.parametrize(("name", "value"), [("name", None), ("name", ""), ("badges", [])])
def test_an_empty_value_is_a_dash(name, value):
    assert fields_of(Animal)[name].text_of(value) == EMPTY


def test_related_rows_are_shown_by_their_titles():
    fields = fields_of(Animal)

    assert fields["keeper"].text_of(Keeper(first_name="Ann", last_name="Archer")) == "Ann Archer"
    assert fields["badges"].text_of([Badge(name="Old"), Badge(name="Big")]) == "Old, Big"


def test_the_fields_are_derived_once():
    assert fields_of(Animal) is fields_of(Animal)
    with pytest.raises(TypeError):
        fields_of(Animal)["name"] = None
