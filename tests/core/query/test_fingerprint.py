"""Two statements have one fingerprint only where they must have one answer."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased, with_loader_criteria

from app.core.query.fingerprint import fingerprint_of, tables_in
from tests.core.models import Animal, Badge, Keeper, Species

DIALECT = postgresql.dialect()


def key(statement):
    return fingerprint_of(statement, DIALECT).key


def test_the_same_question_has_the_same_fingerprint():
    first, second = (
        sa.select(Animal).where(Animal.name == "Zoe", Animal.keeper.has(Keeper.salary > 5))
        for _ in range(2)
    )

    assert first is not second
    assert key(first) == key(second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Animal.name == "Zoe", Animal.name == "Zed"),
        (Animal.name == "Zoe", Animal.code == "Zoe"),
        (Animal.name == "Zoe", Animal.name != "Zoe"),
        (Animal.legs.in_([1, 23]), Animal.legs.in_([12, 3])),
        (Animal.legs.in_([1]), Animal.legs.in_([1, 2])),
        (Animal.name == "1", sa.cast(Animal.legs, sa.Text) == "1"),
        (Animal.species_id == 1, Animal.species_id == 2),
        (Animal.name.ilike("%a%"), Animal.name.ilike("%a%", escape="\\")),
    ],
)
def test_another_question_has_another_fingerprint(one, other):
    assert key(sa.select(Animal).where(one)) != key(sa.select(Animal).where(other))


def test_the_dialect_is_a_part_of_it():
    statement = sa.select(Animal).where(Animal.name.ilike("%a%"))
    sqlite = fingerprint_of(statement, sa.create_engine("sqlite://").dialect)

    assert sqlite.key != key(statement)


@pytest.mark.parametrize(
    "condition",
    [
        Animal.born_on < sa.func.now(),
        Animal.born_on < sa.func.current_date(),
        sa.func.coalesce(Animal.weight, sa.func.random()) > 1,
        Animal.keeper.has(Keeper.created_at > sa.func.now()),
        Animal.legs == sa.bindparam("legs", object(), type_=sa.Integer),
    ],
)
def test_what_may_change_by_itself_has_none(condition):
    assert fingerprint_of(sa.select(Animal).where(condition), DIALECT) is None


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        (sa.select(Badge), {"zoo_badge"}),
        (
            sa.select(Animal).where(Animal.badges.any(Badge.name == "Big")),
            {"zoo_animal", "zoo_animal_badge", "zoo_badge"},
        ),
        (
            sa.select(Animal).where(Animal.keeper.has(Keeper.boss.has(Keeper.is_secret))),
            {"zoo_animal", "zoo_keeper"},
        ),
        (
            sa.select(Animal).where(Animal.species_id.in_(sa.select(Species.id))),
            {"zoo_animal", "zoo_species"},
        ),
        (
            sa.select(Animal.id).outerjoin(Animal.species.of_type(aliased(Species))),
            {"zoo_animal", "zoo_species"},
        ),
        (
            sa.select(Animal).where(
                Animal.legs > sa.select(sa.func.count()).select_from(Badge).scalar_subquery()
            ),
            {"zoo_animal", "zoo_badge"},
        ),
    ],
)
def test_it_knows_every_table_that_is_read(statement, tables):
    assert tables_in(statement) == tables
    assert fingerprint_of(statement, DIALECT).tags == tables


def test_a_rule_that_does_not_concern_the_statement_is_no_part_of_it():
    def of(count):
        rule = with_loader_criteria(Badge, Badge.version < count, include_aliases=True)
        return (
            key(sa.select(Species).options(rule)),
            key(sa.select(Animal).where(Animal.badges.any(Badge.name == "Big")).options(rule)),
        )

    assert of(1)[0] == of(2)[0]
    assert of(1)[1] != of(2)[1]


def test_the_tables_of_a_rule_are_read_too_where_it_concerns_the_statement():
    rule = with_loader_criteria(Badge, Badge.animals.any(Animal.legs > 3), include_aliases=True)

    assert tables_in(sa.select(Species).options(rule)) == {"zoo_species"}
    assert tables_in(sa.select(Badge).options(rule)) == {
        "zoo_badge",
        "zoo_animal",
        "zoo_animal_badge",
    }


def test_what_other_programs_may_change_is_kept_only_for_moments():
    theirs = sa.Table("album", sa.MetaData(info={"bind_key": "shop"}), sa.Column("id", sa.Integer))

    ours = fingerprint_of(sa.select(Animal.id), DIALECT)
    adopted = fingerprint_of(sa.select(theirs.c.id), DIALECT)

    assert ours.seconds(300) == 300
    assert adopted.seconds(300) < 10


def test_tables_of_one_name_in_two_databases_have_their_own_fingerprints():
    north, south = (
        sa.Table("album", sa.MetaData(info={"bind_key": name}), sa.Column("id", sa.Integer))
        for name in ("north", "south")
    )

    assert key(sa.select(north.c.id)) != key(sa.select(south.c.id))


def test_tables_that_only_a_rule_reads_count_after_other_columns_were_chosen():
    rule = with_loader_criteria(Keeper, Keeper.id.in_(sa.select(Badge.id)), include_aliases=True)
    statement = sa.select(Animal).join(Animal.keeper).options(rule)
    keys = statement.with_only_columns(Animal.id)

    assert fingerprint_of(keys, DIALECT, statement).tags >= tables_in(statement)
    assert any("badge" in tag for tag in fingerprint_of(keys, DIALECT, statement).tags)
