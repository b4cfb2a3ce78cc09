"""`flask index` makes what the searches need, says what is missing, and harms nobody's work."""

import threading

import pytest
import sqlalchemy as sa

from app.core.search.command import index, searched_tables
from app.core.search.indexes import (
    IndexRefused,
    create_search_index,
    gin_name,
    missing_columns,
)
from app.extensions import db
from scripts.commands import command
from tests.core.zoo import add_zoo

TABLE = "zoo_keeper"


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def site(request, make_app):
    """An application with the zoo, on a database that the command may change for good."""
    app = make_app(request.param)
    add_zoo(app)
    with app.app_context(), db.engine.connect() as connection:
        if request.param == "postgresql" and not has_trigrams(connection):
            pytest.skip("this PostgreSQL brings no pg_trgm")
    return app


def has_trigrams(connection):
    asking = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
    return bool(connection.scalar(sa.text(asking)))


def run(app, *words):
    return app.test_cli_runner().invoke(index, list(words))


def missing(app, table=TABLE, columns=("first_name", "last_name", "email", "nickname")):
    with app.app_context(), db.engine.connect() as connection:
        return missing_columns(connection, table, columns)


def test_it_makes_names_and_drops_the_indexes_of_a_model(site):
    before = run(site, "Keeper", "--check")
    made = run(site, "Keeper")
    again = run(site, TABLE)
    checked = run(site, "Keeper", "--check")
    is_missing = missing(site)
    dropped = run(site, "Keeper", "--drop")

    assert before.exit_code == 1
    assert "zoo_keeper.first_name: no index" in before.output
    assert made.exit_code == again.exit_code == checked.exit_code == dropped.exit_code == 0
    assert "zoo_keeper: first_name, last_name, email, nickname: made in" in made.output
    assert "there already" in again.output
    assert is_missing == []
    assert len(missing(site)) == 4


def test_without_a_name_it_makes_all(site):
    made = run(site)
    checked = run(site, "--check")

    assert made.exit_code == 0, made.output
    assert "zoo_species: name: made" in made.output
    assert "blog_post" in made.output
    assert checked.exit_code == 0, checked.output


def test_a_name_that_nobody_searches_is_refused(site):
    refused = run(site, "Keeper", "Nobody")

    assert refused.exit_code == 2
    assert "Nobody searches in: Nobody." in refused.output


def test_what_related_lists_and_pickers_search_is_among_it(site):
    with site.app_context():
        found = {one.table.name: set(one.columns) for one in searched_tables()}

    assert {"first_name", "last_name", "email", "nickname"} <= found["zoo_keeper"]
    assert "salary" not in found["zoo_keeper"]
    assert found["zoo_badge"] == {"name"}


def test_a_broken_index_is_made_anew(site):
    with site.app_context():
        run(site, "Badge")
        with db.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("DROP TRIGGER zoo_badge_fts_update")
            else:
                broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{}'::regclass"
                connection.exec_driver_sql(broken.format(gin_name("zoo_badge", "name")))
    found = missing(site, "zoo_badge", ["name"])
    run(site, "Badge")

    assert found == ["name"]
    assert missing(site, "zoo_badge", ["name"]) == []


def test_a_long_name_is_shortened_to_one_that_no_other_has():
    long = "a_table_with_a_name_that_is_as_long_as_names_may_be_at_all"
    names = {gin_name(long, column) for column in ("first", "second")}

    assert len(names) == 2
    assert all(len(name) <= 63 and name.endswith("_trgm") for name in names)


@pytest.mark.postgresql
def test_others_may_write_while_the_index_is_made(zoo_session, make_app):
    app = make_app("postgresql")
    add_zoo(app)
    with app.app_context():
        with db.engine.connect() as connection:
            if not has_trigrams(connection):
                return
        with db.engine.connect() as writer:
            writer.exec_driver_sql("UPDATE zoo_badge SET version = version + 1")
            maker = threading.Thread(target=run, args=(app, "Badge"))
            maker.start()
            maker.join(0.5)
            is_waiting = maker.is_alive()
            # The command waits for us, and we for nobody.
            writer.exec_driver_sql("UPDATE zoo_badge SET version = version + 1")
            writer.commit()
            maker.join(30)

    assert is_waiting
    assert missing(app, "zoo_badge", ["name"]) == []


@pytest.mark.postgresql
def test_an_account_without_the_right_is_told_what_to_ask_for(zoo_session):
    connection = db.session.connection()
    extensions = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
    if connection.scalar(sa.text(extensions)):
        connection.exec_driver_sql("DROP EXTENSION pg_trgm CASCADE")
    connection.exec_driver_sql("CREATE ROLE bureau_without_rights")
    connection.exec_driver_sql("ALTER TABLE zoo_badge OWNER TO bureau_without_rights")
    connection.exec_driver_sql("SET LOCAL ROLE bureau_without_rights")

    with pytest.raises(IndexRefused, match="CREATE EXTENSION pg_trgm"):
        create_search_index(connection, "zoo_badge", ["name"])

    db.session.rollback()


@pytest.mark.both_databases
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_leave_the_indexes_alone(make_app, database):
    app = make_app(database)
    with app.app_context(), db.engine.begin() as connection:
        try:
            create_search_index(connection, "blog_post", ["title"])
        except IndexRefused:
            return

    command(app, "db", "check")
