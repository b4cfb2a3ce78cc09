from app.core.adopt.write_docs import write_docs


def test_page_says_what_the_report_said(plan):
    page = write_docs(
        plan(
            """
            CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE "odd|name" (id INTEGER PRIMARY KEY);
            CREATE TABLE log (text TEXT);
            CREATE VIRTUAL TABLE search USING fts5(body);
            """
        )
    )

    assert page.startswith("# Shop\n\nThe tables of the database `shop`, [adopted](../adopt.md)")
    assert "| `Person` | `person` | 2 | read and changed |\n" in page
    assert "| `OddName` | `odd¦name` | 1 |" in page
    assert "- `log`: has no primary key; SQLite's own row number serves as one\n" in page
    assert "## Left out\n\n- `search`: a virtual table, such as a search index\n" in page


def test_associations_and_views_are_told_apart(nasty_plan):
    page = write_docs(nasty_plan)

    assert "| `CountryCount` | `country_count` | 2 | read |" in page
    assert "| – | `person_category` | 2 | linked, from the records of either side |" in page
