"""Page n shows the rows that one gets by counting from the first, whatever was asked before."""

import pytest
import sqlalchemy as sa

from app.core.errors import BadParameter
from app.core.kinds import kind_of_column
from app.core.query.jumping import NEAR, STEP, jump_to
from app.core.query.keyset import Term
from app.extensions import db
from tests.core.models import Badge, Species

MANY = 2 * STEP + 5_000
OFFSETS = (0, 1, NEAR - 1, NEAR, NEAR + 1, 12_345, STEP, STEP + 1, 2 * STEP - 1, 2 * STEP, MANY - 3)
SLOW = {
    "postgresql": "CAST(pg_sleep(0.02) AS text) IS NOT NULL",
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 100000 + zoo_species.id) SELECT count(*) FROM n) > 0",
}
ORDERS = {
    "by key": (Species.id,),
    "downwards": (Species.created_at.desc(), Species.id.desc()),
    "with empty values": (Species.parent_id.desc().nulls_last(), Species.id.desc()),
    "by text": (Species.name, Species.id),
}


def terms(order):
    found = []
    for part in order:
        text = str(part)
        column = getattr(Species, text.split(".")[1].split(" ")[0])
        nullable = column.key == "parent_id"
        found.append(Term(column, kind_of_column(column), "DESC" in text, nullable))
    return found


@pytest.fixture
def crowd(zoo_session, database):
    """Rows of which many are alike in what they are ordered by, and some are empty there."""
    moment = "'2026-01-0' || (1 + i % 9) || ' 10:00:00.000000'"
    moment = f"CAST({moment} AS timestamp)" if database == "postgresql" else moment
    root = db.session.scalar(sa.select(sa.func.min(Species.id)))
    statement = (
        "INSERT INTO zoo_species (name, is_secret, created_at, updated_at, version, parent_id)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
        f" SELECT 's' || (i * 7919 % 100003), i % 50 = 0, {moment}, {moment}, i % 7,"
        " CASE WHEN i % 3 > 0 THEN :root + i % 2 END FROM n"
    )
    db.session.execute(sa.text(statement), {"many": MANY, "root": root})
    db.session.commit()


def jumped(order, offset, statement=None):
    """The keys of the rows from this one on."""
    statement = sa.select(Species) if statement is None else statement
    found = jump_to(db.session(), statement, terms(order), offset)
    found = found.order_by(*(term.order() for term in terms(order))).limit(5)
    return [row.id for row in db.session.scalars(found)]


def counted(order, offset, statement=None):
    statement = sa.select(Species) if statement is None else statement
    found = statement.order_by(*order).offset(offset).limit(5)
    return [row.id for row in db.session.scalars(found)]


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["by key", "downwards", "with empty values"])
def test_a_jump_leads_where_counting_does(crowd, name):
    order = ORDERS[name]

    for offset in (*OFFSETS, *reversed(OFFSETS)):
        assert jumped(order, offset) == counted(order, offset), offset


@pytest.mark.both_databases
def test_it_does_so_among_the_rows_that_a_condition_leaves(crowd):
    statement = sa.select(Species).where(Species.is_secret.is_(False), Species.version.in_([1, 2]))
    order = ORDERS["downwards"]

    for offset in (NEAR, 9_999, 10_000):
        found = jumped(order, offset, statement)

        assert found == counted(order, offset, statement)
        assert len(found) == 5


@pytest.mark.both_databases
def test_after_a_change_it_leads_to_what_is_there_now(crowd):
    order, offset = ORDERS["by key"], STEP + 700
    before = jumped(order, offset)
    db.session.execute(sa.delete(Species).where(Species.id.in_([before[0], before[0] - 600])))
    db.session.commit()
    after = jumped(order, offset)

    assert before != after == counted(order, offset)

    db.session.add(Species(name="A new one"))
    db.session.flush()

    assert jumped(ORDERS["by text"], offset) == counted(ORDERS["by text"], offset)


@pytest.mark.both_databases
def test_a_place_that_is_known_is_not_looked_for_again(crowd, statements):
    order, offset = ORDERS["by key"], 2 * STEP + 33
    jumped(order, offset)
    with statements() as same:
        jumped(order, offset)
    with statements() as near:
        jumped(order, offset + 1_000)

    assert len(same) == 1
    assert len(near) == 2


@pytest.mark.both_databases
@pytest.mark.parametrize("offset", [MANY + 1_000, 40 * MANY, 10**9])
def test_behind_the_end_is_nothing(crowd, offset):
    assert jumped(ORDERS["by key"], offset) == []


@pytest.mark.both_databases
def test_a_walk_that_takes_too_long_is_refused(crowd, zoo, database, monkeypatch):
    monkeypatch.setitem(zoo.config, "BUREAU_STATEMENT_SECONDS", 1)
    slow = sa.select(Species).where(sa.text(SLOW[database]))

    with pytest.raises(BadParameter) as refused:
        jumped(ORDERS["by key"], NEAR + 500, slow)

    assert "page" in refused.value.errors
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Badge)) > 0


@pytest.mark.both_databases
def test_a_list_shows_the_page_that_was_asked_for(crowd, zoo_client):
    client = zoo_client("owner")
    query = {"page": "300", "page_size": "100", "sort": "name", "columns": "name"}

    found = client.get("/api/v1/species/", query_string=query)

    visible = sa.select(Species).where(Species.is_secret.is_(False))
    wanted = counted(ORDERS["by text"], 29_900, visible)
    assert [int(key) for key in found.json["ids"][:5]] == wanted
    assert len(found.json["ids"]) == 100
