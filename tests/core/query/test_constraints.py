import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.core.errors import Conflict, Invalid
from app.core.fields import fields_of
from app.core.query.constraints import refusal
from app.extensions import db
from tests.core.models import Animal, Keeper, Meal


def refused(statement, model=Animal, **options):
    """What is made of the database's refusal of a statement."""
    with pytest.raises(DBAPIError) as caught:
        db.session.execute(sa.text(statement))
    db.session.rollback()
    return refusal(caught.value, fields_of(model), **options)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE zoo_animal SET code = 'same'", {"code"}),
        ("UPDATE zoo_animal SET name = 'same', species_id = 1", {"name", "species"}),
        ("UPDATE zoo_animal SET name = NULL", {"name"}),
        ("UPDATE zoo_animal SET species_id = NULL", {"species"}),
        ("UPDATE zoo_animal SET legs = -1", {"legs"}),
        ("UPDATE zoo_animal SET died_on = '2026-01-01'", {"born_on"}),
        ("UPDATE zoo_animal SET diet = 'fish'", {"diet"}),
    ],
)
def test_a_refusal_stands_beside_the_fields_of_its_constraint(statement, names, zoo_session):
    found = refused(statement)

    assert isinstance(found, Invalid)
    assert set(found.errors) == names
    assert all("zoo_" not in text for texts in found.errors.values() for text in texts)


@pytest.mark.both_databases
def test_a_row_that_went_away_is_told_where_the_database_tells(zoo_session):
    found = refused("UPDATE zoo_animal SET keeper_id = 999")

    # SQLite does not say which key it was.
    assert set(found.errors) in ({"keeper"}, {""})
    assert list(found.errors.values()) == [["Choose a record that exists."]]


@pytest.mark.both_databases
def test_a_delete_that_others_prevent_is_a_conflict(zoo_session):
    found = refused("DELETE FROM zoo_keeper", Keeper, deleting=True)

    assert isinstance(found, Conflict)


@pytest.mark.both_databases
def test_a_composite_key_names_its_parts(zoo_session):
    found = refused(
        "INSERT INTO zoo_meal (animal_id, keeper_id) SELECT animal_id, keeper_id FROM zoo_meal",
        Meal,
    )

    assert {"animal", "keeper"} <= set(found.errors)


@pytest.mark.postgresql
def test_a_value_that_cannot_be_stored_is_told_of_the_form(zoo_session):
    found = refused("UPDATE zoo_animal SET name = repeat('x', 99)")

    assert found.errors == {"": ["One of the values cannot be stored. Check all fields."]}
