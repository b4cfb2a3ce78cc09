"""A server that gives away a large file needs no more memory than for a small one."""

from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from app.extensions import db
from tests.fixtures.people import PASSWORD
from tests.processes import server_process

pytestmark = pytest.mark.both_databases
ROWS = 60_000
MAX_GROWTH_BYTES = 20 * 1024 * 1024
TIMEOUT = 60
EXPORT = "/todo/todo-lists/export/"


@pytest.fixture(scope="module")
def server(make_app, database, tmp_path_factory):
    """A server process whose database has many rows of one user."""
    app = make_app(database)
    with app.app_context():
        insert_rows(ROWS)
        db.session.remove()
    url, folder = app.config["DATABASE_URL"], tmp_path_factory.mktemp("server")
    with server_process(folder, url, BUREAU_WORKER="0") as running:
        yield running


def insert_rows(count):
    """Let the database make the rows, which is a matter of a second."""
    db.session.execute(
        sa.text(
            "INSERT INTO todo_list (owner_id, name, colour, position, created_at, updated_at,"
            " version) WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers"
            " WHERE i < :count) SELECT (SELECT id FROM ab_user WHERE username = 'cast-admin'),"
            " 'A list with a rather long name ' || i, 'grey', i, CURRENT_TIMESTAMP,"
            " CURRENT_TIMESTAMP, 1 FROM numbers"
        ),
        {"count": count},
    )
    db.session.commit()


def largest_of(server):
    """The most memory that the server has had so far."""
    tree = [server.process.pid, *children_of(server.process.pid)]
    found = [Path(f"/proc/{pid}/status").read_text() for pid in tree]
    return max(int(text.split("VmHWM:")[1].split()[0]) * 1024 for text in found)


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def browser(server):
    found = requests.Session()
    sent = {"username": "cast-admin", "password": PASSWORD}
    found.post(f"{server.url}/login/", data=sent, timeout=TIMEOUT)
    return found


@pytest.mark.parametrize("name", ["csv", "json", "xlsx"])
def test_memory_of_the_server_stays_flat(server, browser, name):
    url = f"{server.url}{EXPORT}{name}"
    browser.get(f"{url}?q=nobody", timeout=TIMEOUT).raise_for_status()
    before = largest_of(server)

    with browser.get(url, timeout=TIMEOUT, stream=True) as answer:
        size = sum(len(piece) for piece in answer.iter_content(65_536))

    assert answer.status_code == 200
    assert size > 500_000
    assert largest_of(server) - before < MAX_GROWTH_BYTES
