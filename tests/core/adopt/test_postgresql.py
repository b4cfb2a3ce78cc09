from pathlib import Path

import pytest

from app.core.adopt.command import plan_feature
from app.core.adopt.source import parse_url
from tests.core.adopt.conftest import execute


def test_partitions_stand_in_their_parent(nasty_plan):
    titles = {model.table.title for model in nasty_plan.models}

    assert "measurement" in titles
    assert "measurement_2024" not in titles
    assert ("measurement", "its 2 partitions are left out; it shows all their rows") in (
        nasty_plan.notes.handled
    )


def test_views_are_read_only(nasty_plan):
    read_only = {model.table.title for model in nasty_plan.models if model.table.read_only}

    assert read_only == {"person_view", "paired_view", "country_count", "unique_only"}


def test_schema_that_was_not_asked_for_is_named(nasty_url):
    plan = plan_feature(parse_url(nasty_url, Path.cwd()), "nasty", (), frozenset())

    assert {about for about, _text in plan.notes.left_out} >= {"schema sales", "schema unasked"}
    assert {model.table.schema for model in plan.models} == {None}


@pytest.fixture
def reader_url(nasty_url):
    """The URL for a user who may read two tables and write one."""
    execute(
        nasty_url,
        "CREATE ROLE adopt_reader LOGIN; GRANT SELECT ON tenant TO adopt_reader;"
        "GRANT SELECT, INSERT ON country TO adopt_reader;",
    )

    yield nasty_url.replace("bureau@", "adopt_reader@", 1)

    execute(nasty_url, "DROP OWNED BY adopt_reader; DROP ROLE adopt_reader")


def test_rights_of_the_user_are_respected(reader_url):
    if "adopt_reader@" not in reader_url:
        pytest.skip("THE GIVEN SERVER'S URL HAS A USER OF ITS OWN")

    plan = plan_feature(parse_url(reader_url, Path.cwd()), "nasty", (), frozenset())

    assert {model.table.title: model.table.read_only for model in plan.models} == {
        "country": False,
        "tenant": True,
    }
    assert ("person", "the user of the URL may not read it") in plan.notes.left_out


def test_texts_are_short_by_what_is_measured(nasty_url):
    execute(
        nasty_url,
        "CREATE SCHEMA measured; CREATE TABLE measured.post (id int PRIMARY KEY, a text, b text);"
        "INSERT INTO measured.post VALUES (1, 'short', repeat('long ', 50));"
        "ANALYZE measured.post",
    )

    plan = plan_feature(parse_url(nasty_url, Path.cwd()), "nasty", ("measured",), frozenset())
    execute(nasty_url, "DROP SCHEMA measured CASCADE")

    codes = {item.name: item.type.code for item in plan.models[0].attributes}
    assert (codes["a"], codes["b"]) == ("", "Text")
