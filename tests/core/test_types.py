import datetime
import enum
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given, strategies as st
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError

from app.core.types import Email, Json, Money, Percent, Phone, Str, UtcTime, choice
from app.extensions import db
from tests.core.models import Animal, Diet, Keeper, Species
from tests.core.zoo import find_row


class Size(enum.Enum):
    SMALL = "s"
    VERY_LARGE = "xxl"


@pytest.mark.parametrize(
    ("type_", "given_value", "stored"),
    [
        (Str(9), "  a ", "a"),
        (Str(9), "   ", None),
        (Str(9), None, None),
        (Email(), " Ana@Example.ORG", "ana@example.org"),
        (Email(), "", None),
        (Phone(), "+351 (21) 2-3", "+3512123"),
        (Phone(), " ", None),
    ],
)
def test_texts_are_stored_in_one_form(type_, given_value, stored):
    assert type_.process_bind_param(given_value, sqlite.dialect()) == stored


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
@given(
    moment=st.datetimes(
        min_value=datetime.datetime.fromisoformat("1000-01-01"), timezones=st.timezones()
    )
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(dialect, moment):
    stored = UtcTime().process_bind_param(moment, dialect)
    back = UtcTime().process_result_value(stored, dialect)

    assert back == moment.astimezone(datetime.UTC)
    assert back.tzinfo is datetime.UTC


def test_a_time_without_a_zone_is_no_moment():
    with pytest.raises(ValueError, match="aware"):
        UtcTime().process_bind_param(
            datetime.datetime.fromisoformat("2026-01-01"), sqlite.dialect()
        )


def test_a_choice_is_a_string_with_a_check():
    type_ = choice(Size)

    assert (type_.native_enum, type_.create_constraint, type_.length) == (False, True, 3)
    assert type_.enums == ["s", "xxl"]


def test_money_and_percentages_have_two_decimals():
    assert (Money().impl_instance.precision, Money().impl_instance.scale) == (12, 2)
    assert (Percent().impl_instance.precision, Percent().impl_instance.scale) == (5, 2)


def test_json_is_binary_on_postgresql():
    compiled = Json.compile(dialect=postgresql.dialect())

    assert compiled == "JSONB"
    assert Json.compile(dialect=sqlite.dialect()) == "JSON"


@pytest.mark.both_databases
def test_no_value_is_null_in_the_database(zoo_session):
    zoe = find_row(Animal, name="Zoe")
    zoe.traits, zoe.code = None, "  "
    zoo_session.commit()

    found = zoo_session.scalar(
        sa.select(sa.func.count()).where(
            Animal.id == zoe.id, sa.column("traits").is_(None), Animal.code.is_(None)
        )
    )

    assert found == 1


@pytest.mark.both_databases
def test_the_database_refuses_what_is_no_member(zoo_session):
    with pytest.raises(IntegrityError, match="diet"):
        zoo_session.execute(sa.text("UPDATE zoo_animal SET diet = 'fish'"))
    zoo_session.rollback()
    with pytest.raises(StatementError):
        zoo_session.execute(sa.update(Animal).values(diet="fish"))
    zoo_session.rollback()


@pytest.mark.both_databases
def test_values_come_back_as_they_were(zoo_session):
    moment = datetime.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=datetime.UTC)
    species = Species(name="Test")
    animal = Animal(
        name="Test",
        species=species,
        price=Decimal("9999999999.99"),
        appetite=Decimal("33.33"),
        fed_at=moment,
        seen_at=moment.replace(tzinfo=None),
        sleeps_for=datetime.timedelta(days=1, microseconds=1),
        wakes_at=datetime.time(23, 59, 59),
        diet=Diet.NEARLY_ALL,
        traits={"ä": [1, None, "x"]},
    )
    keeper = Keeper(first_name="A", last_name="B", email=" A@B.org ", phone="+351 21")
    zoo_session.add_all([animal, keeper])
    zoo_session.commit()
    names = ("price", "appetite", "fed_at", "seen_at", "sleeps_for", "wakes_at", "diet", "traits")
    before = {name: getattr(animal, name) for name in names}

    db.session.expire_all()

    assert {name: getattr(animal, name) for name in names} == before
    assert (keeper.email, keeper.phone) == ("a@b.org", "+35121")
