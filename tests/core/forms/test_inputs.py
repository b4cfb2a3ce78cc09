import datetime

import pytest
from werkzeug.datastructures import MultiDict

from app.core.fields import fields_of
from app.core.forms import form_for
from app.core.forms.inputs import MAX_KEYS, Input, RelationInput, RelationsInput, input_class
from tests.core.models import Animal, Badge, Diary, Keeper, Pen, Species
from tests.core.zoo import find_row, key_of

FIELDS = fields_of(Animal)


def form_of(*names, sent=None, row=None, fields=FIELDS):
    form_class = form_for([fields[name] for name in names])
    return form_class(None if sent is None else MultiDict(sent), row)


@pytest.fixture
def asking(zoo, zoo_client):
    """A request in which somebody asks who may choose related rows."""
    client = zoo_client("admin")
    with client, zoo.test_request_context(headers=[("Cookie", cookie_of(client))]):
        zoo.preprocess_request()
        yield


def cookie_of(client):
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in client._cookies.values())


@pytest.mark.parametrize(
    ("name", "widget"),
    [
        ("name", "text"),
        ("notes", "longtext"),
        ("diet", "select"),
        ("legs", "number"),
        ("born_on", "date"),
        ("fed_at", "datetime"),
        ("is_tame", "checkbox"),
        ("is_vaccinated", "select"),
        ("traits", "json"),
        ("keeper", "picker"),
        ("badges", "multipicker"),
    ],
)
def test_each_kind_has_its_control(name, widget):
    assert form_of(name)[name].widget_name == widget


def test_relations_have_their_own_controls():
    assert input_class(FIELDS["name"]) is Input
    assert input_class(FIELDS["keeper"]) is RelationInput
    assert input_class(FIELDS["badges"]) is RelationsInput


def test_a_new_record_starts_from_the_defaults_of_its_columns():
    form = form_of("rank", "diet", "legs", "is_tame")

    assert {control.name: control.text for control in form} == {
        "rank": "7",
        "diet": "plants",
        "legs": "",
        "is_tame": "false",
    }


@pytest.mark.parametrize(
    ("sent", "value"), [([], False), (["on"], True), (["true"], True), (["false"], False)]
)
def test_an_unticked_box_sends_nothing(sent, value, asking):
    form = form_of("is_tame", sent=[("is_tame", text) for text in sent])

    assert form.validate()
    assert form.values() == {"is_tame": value}


@pytest.mark.parametrize(("sent", "value"), [("", None), ("true", True), ("false", False)])
def test_yes_no_or_unknown_is_a_choice_of_three(sent, value, asking):
    form = form_of("is_vaccinated", sent={"is_vaccinated": sent})

    assert form.validate()
    assert form.values() == {"is_vaccinated": value}


@pytest.mark.parametrize("sent", [{}, {"name": ""}, {"name": "  "}])
def test_what_is_required_must_be_there(sent, asking):
    form = form_of("name", sent=sent)

    assert not form.validate()
    assert form.error_list() == [("name", "Name", "Fill in this field.")]


def test_what_was_not_sent_is_not_written(asking):
    form = form_of("code", "rank", "keeper", "badges", sent={})

    assert form.validate()
    assert form.values() == {}


def test_what_was_emptied_is_emptied(asking):
    form = form_of(
        "code",
        "legs",
        "keeper",
        "badges",
        sent=dict.fromkeys(("code", "legs", "keeper", "badges"), ""),
    )

    assert form.validate()
    assert form.values() == {"code": None, "legs": None, "keeper": None, "badges": []}


def test_what_has_a_default_may_be_left_out_and_not_emptied(asking):
    added = form_of("rank", sent={"rank": ""})
    changed = form_of("rank", sent={"rank": ""}, row=Animal(rank=3))

    assert not added.validate()
    assert not changed.validate()


def test_a_field_whose_default_is_made_elsewhere_may_stay_empty(asking):
    form = form_of("owner", sent={"owner": ""}, fields=fields_of(Diary))

    assert form.validate()
    assert form.values() == {}


def test_what_was_typed_is_shown_again(asking):
    form = form_of("legs", sent={"legs": "four"})

    assert not form.validate()
    assert form["legs"].text == "four"
    assert "whole number" in form.error_list()[0][2]


def test_what_nobody_touched_stays_exactly_as_it_was(asking):
    moment = datetime.datetime(2026, 1, 1, 1, 2, 3, 456789, tzinfo=datetime.UTC)
    row = Animal(fed_at=moment, length=0.1)
    shown = {control.name: control.text for control in form_of("fed_at", "length", row=row)}

    form = form_of("fed_at", "length", sent=shown, row=row)

    assert form.validate()
    assert form.values() == {"fed_at": moment, "length": 0.1}


def test_columns_may_have_the_names_of_the_forms_own_methods(asking):
    fields = fields_of(Diary)

    form = form_of("validate", "data", sent={"validate": "x", "data": "y"}, fields=fields)

    assert form.validate()
    assert form.values() == {"validate": "x", "data": "y"}


# Relations


def test_related_rows_are_chosen_by_their_keys(asking):
    keeper, pen, badge = (
        key_of(Keeper, first_name="Ann"),
        key_of(Pen, number=1),
        key_of(Badge, name="Old"),
    )

    form = form_of(
        "keeper",
        "pen",
        "badges",
        sent=[("keeper", keeper), ("pen", pen), ("badges", ""), ("badges", badge)],
    )

    assert form.validate()
    assert form["keeper"].chosen == [(keeper, "Ann Archer")]
    assert form["pen"].chosen == [(pen, "North")]
    assert form["badges"].chosen == [(badge, "Old")]


@pytest.mark.parametrize("key", ["x", "999999", "1~12", "9" * 30, "\0"])
@pytest.mark.parametrize("name", ["keeper", "pen", "badges", "species"])
def test_a_key_of_no_row_is_refused(name, key, asking):
    form = form_of(name, sent={name: key})

    assert not form.validate()
    assert form.errors == {name: ["Choose a record that exists."]}


def test_a_form_takes_only_so_many_rows(asking):
    form = form_of("badges", sent=[("badges", str(key)) for key in range(MAX_KEYS + 1)])

    assert not form.validate()
    assert "at most" in form.error_list()[0][2]


def test_the_chosen_row_costs_no_statement(asking, statements):
    row = find_row(Animal, name="Zoe")
    ann = row.keeper
    form_class = form_for([FIELDS["keeper"]])

    with statements() as seen:
        form = form_class(MultiDict({"keeper": str(ann.id)}), row)

    assert form["keeper"].data is ann
    assert seen == []


def test_a_required_relation_must_be_chosen(asking):
    form = form_of("species", sent={"species": ""})

    assert not form.validate()
    assert find_row(Species, name="Ape")
