from pathlib import Path

from app.core.adopt.report import report


def test_report_says_what_became_of_each_table(plan):
    made = plan(
        """
        CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE log (text TEXT);
        CREATE VIRTUAL TABLE search USING fts5(body);
        """
    )

    lines = report(made, [Path("app/features/shop/models.py")]).splitlines()

    assert lines[:3] == [
        "Adopted shop: 2 tables as models with views.",
        "  log     Log, 2 columns",
        "  person  Person, 2 columns",
    ]
    assert "  log: has no primary key; SQLite's own row number serves as one" in lines
    assert "  search: a virtual table, such as a search index" in lines
    assert "  app/features/shop/models.py" in lines


def test_report_is_silent_of_what_was_not_special(plan):
    text = report(plan("CREATE TABLE person (id INTEGER PRIMARY KEY)"), [])

    assert "Adopted shop: 1 table as models" in text
    assert "Left out" not in text
    assert "Handled" not in text
