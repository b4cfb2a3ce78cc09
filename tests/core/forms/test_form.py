import pytest
import wtforms
from werkzeug.datastructures import MultiDict
from wtforms.validators import Length

from app.core.errors import Invalid
from app.core.fields import fields_of
from app.core.forms import form_for
from tests.core.fields.conftest import speaking
from tests.core.models import Animal

__all__ = ["speaking"]

NAMES = ("name", "code", "rank", "is_tame", "is_vaccinated", "legs", "badges")


@pytest.fixture
def form_class(speaking):
    with speaking.app_context():
        yield form_for([fields_of(Animal)[name] for name in NAMES])


@pytest.fixture
def row():
    return Animal(name="Zoe", code="z", rank=1, is_tame=True, is_vaccinated=True, legs=2)


@pytest.mark.parametrize("payload", [None, [], "text", 3, True])
def test_json_must_be_one_object(payload, form_class):
    with pytest.raises(Invalid) as caught:
        form_class().read_json(payload)

    assert list(caught.value.errors) == [""]


def refused(form):
    """The messages that the form raises, by field."""
    form.validate()
    with pytest.raises(Invalid) as caught:
        form.raise_errors()
    return caught.value.errors


def test_a_field_that_the_form_does_not_have_is_refused(form_class):
    form = form_class()

    form.read_json({"name": "", "colour": "red", "id": 3})

    assert {name: len(messages) for name, messages in refused(form).items()} == {
        "name": 1,
        "colour": 1,
        "id": 1,
    }


def test_only_so_many_unknown_fields_are_named(form_class):
    form = form_class()

    form.read_json({"name": "Zoe"} | {f"x{number}": 1 for number in range(100)})

    assert len(refused(form)) == 20


def test_what_json_does_not_name_keeps_its_value(form_class, row):
    form = form_class(None, row)

    form.read_json({"code": None})

    assert form.validate()
    assert form.values() == {"code": None}


def test_who_replaces_a_record_empties_what_they_do_not_name(form_class, row):
    form = form_class(None, row)

    form.read_json({"name": "New"}, replaces=True)

    assert form.validate()
    assert form.values() == {
        "name": "New",
        "code": None,
        "is_vaccinated": None,
        "legs": None,
        "badges": [],
    }


def test_who_replaces_a_record_must_name_what_is_required(form_class, row):
    form = form_class(None, row)

    form.read_json({}, replaces=True)

    assert not form.validate()
    assert form.errors == {"name": ["Fill in this field."]}


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ({"name": 7}, "name"),
        ({"name": ["a"]}, "name"),
        ({"is_tame": "yes"}, "is_tame"),
        ({"is_tame": None}, "is_tame"),
        ({"rank": None}, "rank"),
        ({"rank": "x"}, "rank"),
        ({"legs": 1.5}, "legs"),
        ({"legs": {}}, "legs"),
        ({"legs": ""}, "legs"),
        ({"badges": "1"}, "badges"),
        ({"badges": None}, None),
        ({"badges": [None]}, "badges"),
        ({"is_vaccinated": None}, None),
        ({"code": ""}, None),
        ({"code": "  "}, None),
    ],
)
def test_a_wrong_type_is_said_beside_its_field(payload, name, form_class, row):
    form = form_class(None, row)

    form.read_json(payload)

    form.validate()
    assert list(form.errors) == ([] if name is None else [name])
    assert all(message for messages in form.errors.values() for message in messages)


def test_an_empty_text_is_no_text(form_class, row):
    form = form_class(None, row)

    form.read_json({"code": " "})

    assert form.values() == {"code": None}


def test_messages_of_no_control_stand_above_all(form_class):
    form = form_class(MultiDict({"name": "Zoe"}))

    form.add_errors({"name": ["Taken."], "price": ["Too much."], "": ["Oh."]})

    assert form.general_errors == ["Too much.", "Oh."]
    assert form.error_list() == [
        ("", "", "Too much."),
        ("", "", "Oh."),
        ("name", "Name", "Taken."),
    ]
    with pytest.raises(Invalid) as caught:
        form.raise_errors()
    assert caught.value.errors == {"name": ["Taken."], "": ["Too much.", "Oh."]}


def test_a_view_may_add_validators_and_fields(speaking):
    with speaking.app_context():
        form = form_for(
            [fields_of(Animal)["name"]],
            validators={"name": [Length(max=3)]},
            descriptions={"name": "Short."},
            extra={"remark": wtforms.StringField("Remark")},
        )(MultiDict({"name": "Zoe Long", "remark": "hello"}))

        assert not form.validate()

    assert form["name"].description == "Short."
    assert form["remark"].data == "hello"
    assert form.values() == {"name": "Zoe Long"}
