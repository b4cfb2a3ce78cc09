import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.database import BUSY_TIMEOUT_MS, is_in_memory
from app.extensions import db
from tests.core.models import Meal


@pytest.mark.parametrize(
    ("url", "in_memory"),
    [
        ("sqlite://", True),
        ("sqlite:///:memory:", True),
        ("sqlite:///bureau.sqlite", False),
        ("postgresql+psycopg2://x/y", False),
    ],
)
def test_a_database_may_live_in_this_process_only(url, in_memory):
    assert is_in_memory(url) is in_memory


def test_sqlite_waits_for_a_lock_and_keeps_foreign_keys(make_app):
    app = make_app("sqlite", empty=True)

    with app.app_context(), db.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "busy_timeout", "journal_mode")
        }

    assert found == {
        "foreign_keys": 1,
        "busy_timeout": BUSY_TIMEOUT_MS,
        "journal_mode": "wal",
    }


def test_an_adopted_file_stays_as_its_owner_made_it(make_app, tmp_path):
    path = tmp_path / "theirs.sqlite"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    theirs.close()
    before = path.read_bytes()
    app = make_app("sqlite", empty=True, SQLALCHEMY_BINDS={"theirs": f"sqlite:///{path}"})

    with app.app_context(), db.engines["theirs"].connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        keys = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()

    assert (mode, keys) == ("delete", 1)
    assert path.read_bytes() == before


@pytest.mark.both_databases
def test_no_row_points_to_nothing(zoo_session):
    with pytest.raises(IntegrityError):
        zoo_session.execute(sa.insert(Meal).values(animal_id=999, keeper_id=999))
    zoo_session.rollback()


def test_creating_the_application_asks_nothing(make_app, statements):
    with statements() as seen:
        make_app("sqlite", empty=True)

    assert seen == []
