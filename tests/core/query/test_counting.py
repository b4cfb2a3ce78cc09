import re
from html import unescape

import pytest
import sqlalchemy as sa

from app.core.query.counting import count_rows
from app.core.query.page import Count
from app.extensions import db
from tests.core.models import Animal, Badge, Species
from tests.core.zoo import add_zoo
from tests.crawl import sign_in

MANY = 120_000
SLOW = {
    "postgresql": "CAST(pg_sleep(60) AS text) IS NOT NULL",
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 600000000) SELECT count(*) FROM n) > 0",
}


def count(statement, **options):
    return count_rows(db.session(), statement, **options)


def slow():
    return sa.select(Badge).where(sa.text(SLOW[db.engine.dialect.name]))


@pytest.fixture(scope="module")
def crowded(make_app):
    """An application with more rows than are counted one by one, which its database knows of."""
    app = make_app("postgresql")
    add_zoo(app)
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(
                sa.text(
                    "INSERT INTO zoo_badge (name, is_secret, created_at, updated_at, version)"
                    " SELECT 'b' || i, false, now(), now(), 1 FROM generate_series(1, :many) n(i)"
                ),
                {"many": MANY},
            )
            connection.exec_driver_sql("ANALYZE zoo_badge")
        db.session.remove()
    return app


@pytest.fixture
def crowd(crowded):
    with crowded.app_context():
        yield crowded

        db.session.remove()


@pytest.mark.both_databases
def test_rows_are_counted_one_by_one_while_that_is_cheap(zoo_session):
    assert count(sa.select(Animal).where(Animal.rank == 7)) == Count(5, is_exact=True)


def test_many_rows_are_estimated_by_the_planner(crowd):
    found = count(sa.select(Badge).where(Badge.name != "%(odd)s 100%"))

    assert not found.is_exact
    assert MANY * 0.9 < found.value < MANY * 1.1


def test_a_list_of_values_is_estimated_too(crowd):
    names = ["b1", "b2", "b%(x)s"]

    many = count(sa.select(Badge).where(Badge.is_secret.in_([False])))
    few = count(sa.select(Badge).where(Badge.name.in_(names), Badge.is_secret.is_not(True)))

    assert not many.is_exact
    assert MANY * 0.9 < many.value < MANY * 1.1
    assert few == Count(2)


def test_the_exact_number_is_counted_for_whoever_asks(crowd):
    exact = count(sa.select(Badge).where(Badge.name.startswith("b")), exactly=True)

    assert exact == Count(MANY, is_exact=True)


def test_about_how_many_there_are_becomes_exact_by_a_link(crowded):
    client = sign_in(crowded, "owner")
    about = client.get("/zoo/badges/list/?filter=name:starts:b&page=7").text
    link = unescape(re.search(r'id="count-exact" href="[^"]*(\?[^"]*)"', about)[1])

    exact = client.get(f"/zoo/badges/list/{link}").text

    assert re.search(r"151 to 175 of about 1\d\d thousand", about)
    assert re.search(r"151 to 175 of 120,00\d", exact)
    assert 'id="count-exact"' not in exact
    assert "count=exact" not in re.search(r'id="page-next"[^>]*', exact)[0]


@pytest.mark.both_databases
def test_what_was_counted_is_not_counted_again(zoo_session, statements):
    def asked():
        return count(sa.select(Badge).where(Badge.name.in_(["Big", "Old", "New"])))

    first = asked()
    with statements() as seen:
        again = asked()

    assert first == again == Count(2)
    assert seen == []


@pytest.mark.both_databases
def test_a_change_has_the_rows_counted_again(zoo_session):
    before = count(sa.select(Species))
    db.session.add(Species(name="Gnu"))
    db.session.commit()
    added = count(sa.select(Species))
    db.session.execute(sa.delete(Species).where(Species.name == "Gnu"))
    db.session.commit()

    assert added.value == before.value + 1
    assert count(sa.select(Species)) == before


@pytest.mark.both_databases
def test_a_change_of_a_table_that_only_the_condition_reads_counts_too(zoo_session):
    statement = sa.select(Animal).where(Animal.badges.any(Badge.name == "Renamed"))
    before = count(statement)
    big = db.session.scalar(sa.select(Badge).where(Badge.name == "Big"))
    big.name = "Renamed"
    db.session.commit()

    assert before == Count(0)
    assert count(statement).value == len(big.animals) > 0


@pytest.mark.both_databases
def test_what_is_not_committed_is_counted_by_whoever_wrote_it_and_kept_for_nobody(zoo_session):
    before = count(sa.select(Species))
    db.session.add(Species(name="Gnu"))
    own = count(sa.select(Species))
    db.session.rollback()

    assert own.value == before.value + 1
    assert count(sa.select(Species)) == before


@pytest.mark.both_databases
def test_counting_that_takes_too_long_is_given_up_and_harms_nothing(zoo_session):
    db.session.add(Badge(name="Waiting"))

    found = count(slow())

    assert not found.is_exact
    db.session.commit()
    assert count(sa.select(Badge).where(Badge.name == "Waiting")) == Count(1)


@pytest.mark.both_databases
def test_whoever_asks_for_the_exact_number_is_told_where_it_takes_too_long(make_app, database):
    app = make_app(database, BUREAU_STATEMENT_SECONDS=1)
    with app.app_context():
        found = count(sa.select(sa.text("1")).where(sa.text(SLOW[database])), exactly=True)
        db.session.remove()

    assert found.gave_up
    assert not found.is_exact
