"""A column with a language is searched for its words, in whatever form they stand."""

import pytest
import sqlalchemy as sa

from app.core.search.condition import language_of
from app.core.search.indexes import create_search_index, missing_columns
from app.extensions import db
from tests.core.models import Diary
from tests.core.zoo import find_row


@pytest.fixture
def diary(zoo_session):
    found = find_row(Diary, title="Diary of Owner")
    found.data = "The gardens of O'Neil are wide"
    db.session.commit()


def titles(client, text):
    answer = client.get("/api/v1/diaries/", query_string={"q": text, "columns": "title"})
    assert answer.status_code == 200, answer.text
    return [row["title"] for row in answer.json["result"]]


@pytest.mark.postgresql
@pytest.mark.parametrize("has_index", [False, True])
@pytest.mark.parametrize(
    "text", ["garden", "gardening", "GARDENS wide", "the wide", "neil", "gard"]
)
def test_a_word_is_found_in_every_form(diary, zoo_client, text, has_index):
    if has_index:
        languages = {"data": "english"}
        connection = db.session.connection()
        create_search_index(connection, "zoo_diary", ["data"], languages=languages)
        db.session.commit()
        assert missing_columns(db.session.connection(), "zoo_diary", ["data"]) == []

    assert titles(zoo_client("owner"), text) == ["Diary of Owner"]


@pytest.mark.postgresql
@pytest.mark.parametrize("text", ["ardens", "gardenia", "desert", "'", "\\", "wide & x:*"])
def test_another_word_is_not(diary, zoo_client, text):
    found = titles(zoo_client("owner"), text)

    assert found == [] or not any(letter.isalnum() for letter in text)


@pytest.mark.postgresql
def test_the_index_is_used(zoo_session):
    connection = db.session.connection()
    create_search_index(connection, "zoo_diary", ["data"], languages={"data": "english"})
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    asked = (
        "EXPLAIN SELECT id FROM zoo_diary WHERE to_tsvector('english'::regconfig, data)"
        " @@ to_tsquery('english'::regconfig, 'wide')"
    )

    plan = "\n".join(connection.execute(sa.text(asked)).scalars())

    assert "ix_zoo_diary_data_trgm" in plan


def test_elsewhere_it_is_searched_like_any_text(zoo_session, zoo_client, database):
    find_row(Diary, title="Diary of Owner").data = "The gardens are wide"
    db.session.commit()

    assert titles(zoo_client("owner"), "garden") == ["Diary of Owner"]
    assert database == "sqlite"


def test_a_language_is_a_plain_name():
    with pytest.raises(TypeError, match="full_text"):
        language_of(sa.Column("x", info={"full_text": "x'y"}))
