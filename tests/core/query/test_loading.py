import pytest
import sqlalchemy as sa

from app.core.fields import computed_field, fields_of
from app.core.query.loading import order_by_title, with_columns
from app.core.query.state import Sort
from app.extensions import db
from tests.core.models import Animal, Keeper

pytestmark = pytest.mark.both_databases

FIELDS = fields_of(Animal)


def load(*names, sort=()):
    chosen = [FIELDS[name] for name in names]
    order = tuple(Sort(FIELDS[name]) for name in sort)
    return db.session.scalars(with_columns(sa.select(Animal), Animal, chosen, order)).all()


def test_only_what_is_shown_is_loaded(zoo_session):
    rows = load("legs")
    loaded = sa.inspect(rows[0]).dict

    assert {"id", "name", "version", "legs"} <= set(loaded)
    assert not {"notes", "photo", "weight"} & set(loaded)


def test_relations_are_loaded_with_their_rows(zoo_session, statements):
    with statements() as seen:
        rows = load("keeper", "stand_in", "species", "pen", "badges")
        shown = [FIELDS[name].text(row) for row in rows for name in ("keeper", "pen", "badges")]

    assert len(seen) == 2
    assert "Ann Archer" in shown


def test_an_expression_is_loaded_with_its_row(zoo_session, statements):
    with statements() as seen:
        rows = load("is_heavy")
        values = [row.is_heavy for row in rows]

    assert len(seen) == 1
    assert sum(bool(value) for value in values) == 1


def test_a_relation_that_one_sorts_by_is_joined_once(zoo_session, statements):
    with statements() as seen:
        rows = load("keeper", sort=("keeper", "stand_in"))
        titles = [str(row.keeper) for row in rows if row.keeper is not None]

    assert len(seen) == 1
    assert titles == ["Ann Archer", "Bob Baker", f"Spy {'Xyzzy'}"]


def test_what_python_computes_may_need_the_whole_row(zoo_session):
    field = computed_field(Animal, "age_group")
    statement = with_columns(sa.select(Animal), Animal, [field], ())
    row = db.session.scalars(statement).first()

    assert "notes" in sa.inspect(row).dict


def test_rows_can_come_by_their_titles(zoo_session):
    found = db.session.scalars(order_by_title(sa.select(Keeper), Keeper))

    assert [keeper.first_name for keeper in found] == ["Ann", "Bob", "Cat", "Spy"]
