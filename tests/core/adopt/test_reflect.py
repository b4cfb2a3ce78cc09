from pathlib import Path

import pytest

from app.core.adopt.command import plan_feature
from app.core.adopt.errors import AdoptError
from app.core.adopt.source import parse_url


def test_unknown_schema_is_refused_with_the_known_ones(nasty_url):
    url = parse_url(nasty_url, Path.cwd())

    with pytest.raises(AdoptError, match=r"There is no schema nowhere; there are: .*public, sales"):
        plan_feature(url, "nasty", ("nowhere",), frozenset())


def test_database_without_tables_is_refused(plan):
    with pytest.raises(AdoptError, match="There is no table to adopt"):
        plan("")


def test_database_of_which_nothing_can_be_mapped_says_why(plan):
    with pytest.raises(AdoptError, match="search: a virtual table"):
        plan("CREATE VIRTUAL TABLE search USING fts5(body)")


def test_bookkeeping_of_migration_tools_is_left_out(plan):
    made = plan(
        """
        CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY);
        CREATE TABLE item (id INTEGER PRIMARY KEY);
        """
    )

    assert made.notes.left_out == [("alembic_version", "bookkeeping of a migration tool")]


def test_defaults_comments_and_keys_are_read(nasty_plan):
    tables = {model.table.title: model.table for model in nasty_plan.models}

    assert tables["person"].column("seen").default == "now()"
    assert tables["person"].column("counter").always_generated
    assert tables["address"].column("street").comment == "Street and number"
    assert tables["order_line"].key == ("order_id", "line")
    assert tables["order_line"].column("total").computed
    assert not tables["tenant"].column("id").counts_up


def test_name_that_cannot_be_shown_is_left_out(plan):
    made = plan('CREATE TABLE item (id INTEGER PRIMARY KEY); CREATE TABLE other ("a\nb" TEXT);')

    assert made.notes.left_out == [("'other'", "a name in it has a line break or the like")]
