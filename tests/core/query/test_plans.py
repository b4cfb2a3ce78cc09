"""No statement of a usual request reads a big table from end to end, however it came about."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.extensions import db

ROOT = Path(__file__).resolve().parents[3]
CONTACTS = 200_000
BIG = {"crm_contact", "crm_contact_tag"}
MOST_SORTED = 5_000
"""So many rows may be put in order: those that a search has found, never those of the table."""
OF_ALL = {"export of all"}
"""What is about every row reads every row."""
OPERATIONS = (
    *("list", "deep", "after", "filter", "filter, deep"),
    *("search, common", "search, rare", "search, none", "search, sorted", "search, filtered"),
    *("record", "edit", "picker", "picker, typed", "form with picker", "rest", "chart", "export"),
)


@pytest.fixture(scope="module")
def plans(make_app, tmp_path_factory):
    """How each statement of each operation is done."""
    app = make_app("postgresql")
    with app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        with db.engine.connect() as connection:
            trigrams = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
            if not connection.scalar(sa.text(trigrams)):
                pytest.skip("this PostgreSQL brings no pg_trgm")
        db.engine.dispose()
    command = [sys.executable, "-m", "tests.core.query.planned", url]
    command += [str(tmp_path_factory.mktemp("planned")), str(CONTACTS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_operation_is_looked_at(plans):
    assert set(plans) == {*OPERATIONS, *OF_ALL}


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_big_table_is_read_from_end_to_end(plans, name):
    assert [plan for plan in plans[name] if BIG & set(plan["scanned"])] == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "filter, deep"])
def test_no_big_table_is_put_in_order(plans, name):
    assert [plan for plan in plans[name] if plan["sorted"] > MOST_SORTED] == []


def test_the_statements_are_those_that_were_meant(plans):
    def used(name):
        return {node for plan in plans[name] for node in plan["nodes"]}

    assert "Bitmap Index Scan" in used("search, rare") & used("picker, typed")
    assert "Index Only Scan" in used("deep")
    assert all(plans[name] for name in OPERATIONS if name != "edit")
