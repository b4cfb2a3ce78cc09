"""What takes too long is stopped and said so; exports, commands and the worker are not stopped."""

import html
import re

import pytest
import sqlalchemy as sa
from flask import request

from app.core.limits import allow_an_export
from app.extensions import db
from tests.core.models import Species
from tests.core.zoo import add_zoo
from tests.crawl import sign_in

# Well above the limit of a second that these applications have, wherever it runs.
SLOW = {
    "postgresql": "SELECT pg_sleep({seconds})",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < {seconds} * 10000000) SELECT count(*) FROM n",
}
LIMIT_SECONDS = 1
FOREVER = 600
pytestmark = pytest.mark.both_databases


def ask_slowly(seconds):
    kind = db.engine.dialect.name
    db.session.execute(sa.text(SLOW[kind].format(seconds=seconds)))
    return "done"


@pytest.fixture(scope="module")
def limited_apps(make_app):
    """Applications whose requests may ask for a second, by the kind of database."""
    return {}


@pytest.fixture
def limited(limited_apps, make_app, database):
    if database not in limited_apps:
        app = limited_apps[database] = make_app(database, BUREAU_STATEMENT_SECONDS=LIMIT_SECONDS)
        add_zoo(app)
        for path in ("/slow", "/api/v1/slow"):
            app.add_url_rule(path, path, lambda: ask_slowly(FOREVER), methods=["GET", "POST"])
        app.add_url_rule("/slow-file", "slow-file", send_slowly)
        app.add_url_rule("/limits", "limits", lambda: {"found": limits_of_postgresql()})
    return limited_apps[database]


def send_slowly():
    allow_an_export(db.session(), sa.inspect(Species))
    return ask_slowly(2)


def limits_of_postgresql():
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    return [db.session.scalar(sa.text(f"SHOW {name}")) for name in names]


def test_a_question_that_takes_too_long_says_to_ask_for_less(limited):
    client = sign_in(limited, "owner")

    page, answer = client.get("/slow"), client.get("/api/v1/slow")

    assert (page.status_code, answer.status_code) == (503, 503)
    assert "This takes too long" in page.text
    assert "stopped after 1 s" in page.text
    assert "Ask for less" in page.text
    # The user is known, so the page has the menu.
    assert 'class="shell"' in page.text
    assert answer.json["code"] == "took_too_long"
    assert "Retry-After" not in answer.headers
    for text in (page.text, answer.text):
        assert not re.search(r"SELECT|RECURSIVE|pg_sleep|psycopg|sqlite|Traceback", text)


def test_nothing_that_was_typed_is_lost(limited):
    typed = {"name": 'Ana "the <b>" Banana', "tags": ["1", "2"], "note": ""}

    page = sign_in(limited, "owner").post("/slow", data=typed).text

    form = re.search(r'<form method="post" action="/slow\?">(.*?)</form>', page, re.DOTALL)[1]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    assert [(name, html.unescape(value)) for name, value in fields] == [
        ("name", 'Ana "the <b>" Banana'),
        ("tags", "1"),
        ("tags", "2"),
        ("note", ""),
    ]


def test_a_password_is_not_shown_again(limited):
    page = sign_in(limited, "owner").post("/slow", data={"password": "tulip", "name": "x"}).text

    assert "tulip" not in page
    assert "Send it again" not in page


def test_the_next_request_of_the_same_connection_works(limited):
    client = sign_in(limited, "owner")

    assert client.get("/slow").status_code == 503
    assert client.get("/zoo/animals/list/").status_code == 200


def test_a_file_may_take_longer_than_a_page(limited):
    answer = limited.test_client().get("/slow-file")

    assert answer.text == "done"


def test_an_export_of_a_list_is_not_cut(limited):
    answer = sign_in(limited, "owner").get("/zoo/species/export/csv")

    assert answer.status_code == 200
    assert "Mammal" in answer.text


def test_commands_and_jobs_are_not_limited_even_after_a_request(limited):
    assert limited.test_client().get("/slow-file").status_code == 200

    with limited.app_context():
        assert ask_slowly(2) == "done"
        db.session.remove()


def test_postgresql_keeps_the_limits_of_requests_and_of_nobody_else(limited, database):
    if database == "sqlite":
        pytest.skip("SQLite knows no such settings")
    client = limited.test_client()

    before = client.get("/limits").json["found"]
    with limited.app_context():
        outside = limits_of_postgresql()
        db.session.remove()
    after = client.get("/limits").json["found"]

    assert before == after == ["1s", "10s", "1min"]
    assert outside == ["0", "0", "0"]


def test_a_limit_of_nothing_is_none(make_app, database):
    app = make_app(database, empty=True, BUREAU_STATEMENT_SECONDS=0)

    with app.test_request_context():
        assert request.method == "GET"
        assert ask_slowly(2) == "done"
        db.session.remove()
