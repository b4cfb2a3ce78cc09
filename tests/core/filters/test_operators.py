"""The rows that a condition selects are those that Python would select, on both databases."""

import datetime
import uuid
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st

from app.core.fields import encode_key, fields_of
from app.core.filters import Condition, operators_of
from app.core.filters.condition import join_values
from app.core.filters.operators import Arity
from app.extensions import db
from tests.core.filters.reference import holds, relation_holds
from tests.core.models import Animal, Badge, Diet, Keeper, Pen, Species

pytestmark = pytest.mark.both_databases

WORDS = ["a", "A%", "a_b", "a\\b", "%", "_", "\\", "ab", "B A", "a%b", "~3", "x,y", "ä"]
DAYS = [datetime.date(2020, 2, 29), datetime.date(2026, 1, 1), datetime.date(1, 1, 1)]
MOMENTS = [datetime.datetime(year, 3, 29, 1, 30, tzinfo=datetime.UTC) for year in (1999, 2026)]
VALUES = {
    "code": WORDS,
    "motto": WORDS,
    "notes": [*WORDS, ""],
    "diet": list(Diet),
    "legs": [-1 + 1, 2, 4, 32767],
    "weight": [Decimal("0.000"), Decimal("-5.125"), Decimal("99999.999")],
    "price": [Decimal("0.00"), Decimal("9.99"), Decimal("9999999999.99")],
    "appetite": [Decimal("0.00"), Decimal("33.33"), Decimal("100.00")],
    "length": [0.0, -1.5, 1e20],
    "born_on": DAYS,
    "fed_at": MOMENTS,
    "seen_at": [moment.replace(tzinfo=None) for moment in MOMENTS],
    "wakes_at": [datetime.time(0, 0), datetime.time(23, 59, 59)],
    "sleeps_for": [datetime.timedelta(0), datetime.timedelta(days=2, seconds=3)],
    "is_vaccinated": [True, False],
    "traits": [{"a": 1}, [0], "x"],
    "chip": [uuid.UUID(int=0), uuid.UUID(int=7)],
}
PLAIN = [
    (name, operator.name)
    for name in [*VALUES, "is_heavy"]
    for operator in operators_of(fields_of(Animal)[name])
]


@pytest.fixture
def animals(zoo):
    """Animals with all these values, and one with none."""
    with zoo.app_context():
        species = Species(name="Test")
        made = [Animal(name=f"n{number}", species=species) for number in range(14)]
        for name, values in VALUES.items():
            for animal, value in zip(made, values, strict=False):
                # The CHECK wants a birth before a death, and codes are unique.
                setattr(animal, name, value)
        for animal in made[len(WORDS) :]:
            animal.rank = 0
        db.session.add_all(made)
        db.session.commit()
        db.session.expunge_all()
        found = db.session.scalars(sa.select(Animal)).unique().all()
        yield found
        db.session.remove()


def selected(condition):
    return set(db.session.scalars(sa.select(Animal.id).where(condition.clause())))


@pytest.mark.parametrize(("name", "operator"), PLAIN)
def test_a_condition_on_a_value_selects_what_python_would(name, operator, animals):
    field = fields_of(Animal)[name]

    @settings(max_examples=8)
    @given(st.data())
    def check(data):
        values = [] if name == "is_heavy" else VALUES[name]
        parts = [str(value)[:1] for value in values if value] if operator == "starts" else []
        one = st.sampled_from([*values, *parts] or [True, False])
        wanted = data.draw(wanted_by(operator, one))
        raw = written(field, operator, wanted)

        condition = Condition.parse(f"{name}:{operator}{raw}", {name: field})

        assert selected(condition) == {
            animal.id for animal in animals if holds(operator, getattr(animal, name), wanted)
        }

    check()


def wanted_by(operator, one):
    arity = ARITIES[operator]
    if arity is Arity.NONE:
        return st.just([])
    counts = {Arity.ONE: (1, 1), Arity.TWO: (2, 2), Arity.MANY: (1, 3)}
    least, most = counts[arity]
    texts = one.filter(lambda value: value != "")
    return st.lists(texts, min_size=least, max_size=most)


ARITIES = {
    operator.name: operator.arity
    for field in fields_of(Animal).values()
    for operator in operators_of(field)
}


def written(field, operator, wanted):
    """The values as an address has them."""
    texts = [value if isinstance(value, str) else field.kind.to_input(value) for value in wanted]
    if ARITIES[operator] is Arity.NONE:
        return ""
    return ":" + (texts[0] if ARITIES[operator] is Arity.ONE else join_values(texts))


RELATIONS = {"species": Species, "keeper": Keeper, "stand_in": Keeper, "pen": Pen, "badges": Badge}


@pytest.mark.parametrize("name", RELATIONS)
@pytest.mark.parametrize("operator", ["any", "none", "empty", "filled"])
def test_a_condition_on_a_relation_selects_what_python_would(name, operator, animals):
    field = fields_of(Animal)[name]
    keys = sorted(encode_key(row) for row in db.session.scalars(sa.select(RELATIONS[name])))

    @settings(max_examples=8)
    @given(st.sets(st.sampled_from(keys), min_size=1, max_size=3))
    def check(wanted):
        raw = ":" + ",".join(sorted(wanted)) if operator in ("any", "none") else ""

        condition = Condition.parse(f"{name}:{operator}{raw}", {name: field})

        assert selected(condition) == {
            animal.id
            for animal in animals
            if relation_holds(operator, related(animal, name), wanted)
        }

    check()


def related(animal, name):
    found = getattr(animal, name)
    return found if isinstance(found, list) else [found] if found is not None else []


def test_a_part_of_a_mail_address_can_be_searched_for(zoo):
    with zoo.app_context():
        condition = Condition.parse("email:contains:ANN@", fields_of(Keeper))
        found = db.session.scalars(sa.select(Keeper.first_name).where(condition.clause())).all()
        db.session.remove()

    assert found == ["Ann"]


def test_json_null_is_no_value(zoo):
    with zoo.app_context():
        db.session.execute(sa.update(Animal).values(traits=sa.JSON.NULL))
        condition = Condition.parse("traits:filled", fields_of(Animal))
        found = db.session.scalars(sa.select(Animal.id).where(condition.clause())).all()
        db.session.remove()

    assert found == []
