import datetime as dt

import pytest
import sqlalchemy as sa

from app.core.adopt.command import plan_feature
from app.core.adopt.source import parse_url


@pytest.fixture(scope="module")
def loose(nasty_file, tmp_path_factory):
    url = parse_url(f"sqlite:///{nasty_file}", nasty_file.parent)
    return plan_feature(url, "nasty", (), frozenset())


@pytest.mark.parametrize(
    ("column", "python", "code"),
    [
        ("untyped", "int", "BigInteger"),
        ("oracle", "str", ""),
        ("string", "str", ""),
        ("mixed", "str", "MixedText"),
        ("good_date", "dt.date", ""),
        ("date_with_time", "dt.datetime", "DATETIME(truncate_microseconds=True)"),
        ("date_only", "dt.date", ""),
        ("seconds", "dt.datetime", "DATETIME(truncate_microseconds=True)"),
        ("micro", "dt.datetime", ""),
        ("iso", "dt.datetime", "IsoDateTime"),
        ("broken_date", "str", ""),
        ("julian", "float", ""),
        ("epoch", "int", "BigInteger"),
        ("flag", "bool", ""),
        ("word_flag", "str", ""),
        ("price", "Decimal", "Numeric(10, 2)"),
        ("wrong_price", "str", "MixedText"),
        ("doc", "Any", "JSON"),
        ("wrong_doc", "str", ""),
        ("note", "str", "Text"),
        ("title", "str", ""),
        ("wakes", "dt.time", ""),
        ("data", "bytes", ""),
    ],
)
def test_columns_get_the_type_of_their_values(loose, column, python, code):
    model = next(item for item in loose.models if item.name == "Loose")

    found = model.attribute(column).type

    assert (found.python, found.code) == (python, code)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("loose.string", "declared STRING, holds text; mapped as such"),
        ("loose.mixed", "declared INTEGER, holds values of several types; read only, as text"),
        ("loose.epoch", "declared DATETIME, holds whole numbers; mapped as such"),
        ("loose.date_only", "declared DATETIME, holds dates without a time"),
        ("no_key", "has no primary key; SQLite's own row number serves as one"),
    ],
)
def test_each_surprise_has_one_line_in_the_report(loose, subject, text):
    assert [said for about, said in loose.notes.handled if about == subject] == [text]


def test_what_is_no_table_of_people_is_left_out(loose):
    assert dict(loose.notes.left_out) == {
        "search": "a virtual table, such as a search index",
        "broken_view": "it cannot be read: no such table: main.gone",
        "no_key_at_all": "no primary key, and a column of its own called rowid",
    }


def test_key_that_sqlite_does_not_count_up_is_asked_for(written):
    models = written(
        """
        CREATE TABLE counted (id INTEGER PRIMARY KEY);
        CREATE TABLE asked (id INT PRIMARY KEY);
        CREATE TABLE ruled (id INTEGER PRIMARY KEY) WITHOUT ROWID;
        """
    )

    assert models.count("mapped_column(primary_key=True)") == 1
    assert models.count("mapped_column(primary_key=True, autoincrement=False)") == 2


def test_moments_are_compared_in_the_form_they_are_stored_in(plan):
    made = plan(
        """
        CREATE TABLE visit (id INTEGER PRIMARY KEY, at DATETIME);
        INSERT INTO visit (at) VALUES ('2024-01-01 00:00:00');
        """
    )
    moment = dt.datetime.fromisoformat("2024-01-01")
    type_ = sa.dialects.sqlite.DATETIME(truncate_microseconds=True)

    bound = type_.bind_processor(sa.dialects.sqlite.dialect())(moment)

    assert made.models[0].attribute("at").type.code == "DATETIME(truncate_microseconds=True)"
    assert bound == "2024-01-01 00:00:00"


def test_table_of_hundreds_of_columns_is_mapped_whole(plan):
    columns = ", ".join(f"c{number} TEXT" for number in range(300))

    made = plan(f"CREATE TABLE wide (id INTEGER PRIMARY KEY, {columns})")

    assert len(made.models[0].attributes) == 301
    assert made.notes.handled == [("wide", "has 301 columns; all are mapped")]
