"""Fifty writers of one row: each version is saved once, and whoever lost still has their text."""

from __future__ import annotations

import http.client
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from app.core.history.models import Change
from app.extensions import db
from tests.core.models import Badge, Keeper, Pen
from tests.core.zoo import add_zoo, find_row, key_of
from tests.crawl import sign_in
from tests.forms import changed, read_form

WRITERS = 50
# Each of these goes on until it has saved, which is a page of a conflict for every other one.
PERSISTENT = 20
ATTEMPTS = 5
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SCRIPT = FORM | {"HX-Request": "true"}

pytestmark = pytest.mark.both_databases


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]


@pytest.fixture
def served_zoo(make_app, database):
    """The zoo behind a real server with a thread for each request."""
    app = make_app(database)
    add_zoo(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app.config["SERVED_AT"] = f"http://127.0.0.1:{server.server_port}"

    yield app

    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ask(served_zoo):
    """A function that sends one request over HTTP, as somebody who is signed in."""
    name = served_zoo.config["SESSION_COOKIE_NAME"]
    cookie = sign_in(served_zoo, "owner").get_cookie(name).value
    port = urlsplit(served_zoo.config["SERVED_AT"]).port

    def send(method, path, body=None, headers=()) -> Answer:
        # A busy machine may answer that there was no connection in time, and to try again.
        for _attempt in range(ATTEMPTS):
            answer = send_once(method, path, body, headers)
            if answer.status != 503:
                break
        return answer

    def send_once(method, path, body, headers) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        given = {"Cookie": f"{name}={cookie}", **dict(headers)}
        connection.request(method, path, body=body, headers=given)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, text, dict(answer.getheaders()))

    return send


@pytest.fixture
def stored(served_zoo):
    """A function that reads from the database of the served zoo."""

    def read(question):
        with served_zoo.app_context():
            found = question()
            db.session.remove()
        return found

    return read


def all_at_once(work, writers=WRITERS):
    """The results of `work(number)` of every writer; they start together."""
    barrier = threading.Barrier(writers)

    def start(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(start, range(writers)))


def urlencoded(form):
    return urlencode(list(form.items(multi=True)))


def saves_in_history(model, key):
    """The versions that the history says were saved, after the first."""
    statement = sa.select(Change.row_version).where(
        Change.model == model.__name__, Change.row_key == key, Change.verb == "edit"
    )
    return sorted(db.session.scalars(statement))


def test_of_fifty_forms_opened_on_one_version_one_is_saved(served_zoo, ask, stored):
    key = stored(lambda: key_of(Badge, name="Old"))
    path = f"/zoo/badges/edit/{key}"
    form = read_form(ask("GET", path).text)

    answers = all_at_once(
        lambda n: ask("POST", path, urlencoded(changed(form, name=f"written by {n}")), FORM)
    )

    row = stored(lambda: db.session.get(Badge, int(key)))
    winners = [n for n, answer in enumerate(answers) if answer.status == 302]
    assert [row.name] == [f"written by {n}" for n in winners]
    assert row.version == 2
    for number, answer in enumerate(answers):
        if number not in winners:
            assert answer.status == 409
            assert read_form(answer.text)["name"] == f"written by {number}"
            assert f"written by {winners[0]}<" in answer.text
    assert stored(lambda: saves_in_history(Badge, key)) == [2]


@pytest.mark.parametrize("headers", [FORM, SCRIPT], ids=["page", "script"])
def test_of_fifty_cells_opened_on_one_version_one_is_saved(headers, served_zoo, ask, stored):
    key = stored(lambda: key_of(Badge, name="Old"))
    path = f"/zoo/badges/cell/{key}/name"
    form = read_form(ask("GET", path).text)

    answers = all_at_once(
        lambda n: ask("POST", path, urlencoded(changed(form, name=f"written by {n}")), headers)
    )

    row = stored(lambda: db.session.get(Badge, int(key)))
    winners = [n for n, answer in enumerate(answers) if answer.status in (200, 302)]
    assert [row.name] == [f"written by {n}" for n in winners]
    assert row.version == 2
    for number, answer in enumerate(answers):
        if number not in winners:
            assert answer.status == 409
            assert read_form(answer.text)["name"] == f"written by {number}"
            assert f"written by {winners[0]}<" in answer.text
    assert stored(lambda: saves_in_history(Badge, key)) == [2]


def test_of_fifty_bulk_forms_opened_on_the_same_rows_one_is_saved(served_zoo, ask, stored):
    keys = stored(lambda: [key_of(Keeper, first_name=name) for name in ("Ann", "Bob")])
    path = "/zoo/keepers/bulk/edit"
    page = ask("POST", path, urlencode([("key", key) for key in keys]), FORM).text
    opened = re.search(r'name="_rows" value="([^"]+)"', page)[1]

    def write(number):
        form = {"_rows": opened, "_set": "phone", "phone": f"+3519000000{number:02}"}
        return ask("POST", path, urlencode(form), FORM)

    answers = all_at_once(write)

    winners = [n for n, answer in enumerate(answers) if answer.status == 302]
    rows = stored(lambda: [db.session.get(Keeper, int(key)) for key in keys])
    assert len(winners) == 1
    assert {row.phone for row in rows} == {f"+3519000000{winners[0]:02}"}
    assert {row.version for row in rows} == {2}
    for number, answer in enumerate(answers):
        if number not in winners:
            assert answer.status == 409
            assert f'value="+3519000000{number:02}"' in answer.text


def test_of_writers_who_go_on_each_save_is_a_version(served_zoo, ask, stored):
    key = stored(lambda: key_of(Badge, name="Big"))
    path = f"/zoo/badges/edit/{key}"

    def write(number):
        """Save; after a conflict keep the own text, until the save is taken."""
        form = changed(read_form(ask("GET", path).text), name=f"written by {number}")
        for attempt in range(PERSISTENT + 1):
            answer = ask("POST", path, urlencoded(form), FORM)
            if answer.status == 302:
                return attempt
            assert answer.status == 409
            assert read_form(answer.text)["name"] == f"written by {number}"
            form = changed(read_form(answer.text), **{"_take.name": "mine"})
        return None

    attempts = all_at_once(write, PERSISTENT)

    assert None not in attempts
    row = stored(lambda: db.session.get(Badge, int(key)))
    assert row.version == 1 + PERSISTENT
    assert stored(lambda: saves_in_history(Badge, key)) == list(range(2, PERSISTENT + 2))


@pytest.mark.parametrize("with_tag", [True, False], ids=["if-match", "without"])
def test_of_fifty_calls_on_one_version_one_is_taken(with_tag, served_zoo, ask, stored):
    key = stored(lambda: key_of(Badge, name="Old"))
    path = f"/api/v1/badges/{key}"
    tag = ask("GET", path).headers["ETag"]
    headers = JSON | ({"If-Match": tag} if with_tag else {})

    answers = all_at_once(
        lambda n: ask("PATCH", path, json.dumps({"name": f"written by {n}"}), headers)
    )

    statuses = [answer.status for answer in answers]
    row = stored(lambda: db.session.get(Badge, int(key)))
    assert set(statuses) <= {200, 409, 412}
    assert row.version == 1 + statuses.count(200)
    versions = [json.loads(a.text)["result"]["version"] for a in answers if a.status == 200]
    assert sorted(versions) == list(range(2, row.version + 1))
    if with_tag:
        assert statuses.count(200) == 1
        codes = {json.loads(a.text)["code"] for a in answers if a.status != 200}
        assert codes <= {"stale_version", "precondition_failed"}


def test_of_fifty_forms_of_a_row_without_a_version_one_is_saved(served_zoo, ask, stored):
    key = stored(lambda: key_of(Pen, number=2))
    path = f"/zoo/pens/edit/{key}"
    form = read_form(ask("GET", path).text)

    answers = all_at_once(
        lambda n: ask("POST", path, urlencoded(changed(form, title=f"written by {n}")), FORM)
    )

    winners = [n for n, answer in enumerate(answers) if answer.status == 302]
    assert stored(lambda: find_row(Pen, number=2).title) == f"written by {winners[0]}"
    assert len(winners) == 1
    for number, answer in enumerate(answers):
        if number not in winners:
            assert answer.status == 409
            assert read_form(answer.text)["title"] == f"written by {number}"


def test_of_fifty_calls_on_a_row_without_a_version_one_is_taken(served_zoo, ask, stored):
    key = stored(lambda: key_of(Pen, number=2))
    path = f"/api/v1/pens/{key}"
    tag = re.sub(r"^W/", "", ask("GET", path).headers["ETag"])

    answers = all_at_once(
        lambda n: ask(
            "PATCH", path, json.dumps({"title": f"written by {n}"}), JSON | {"If-Match": tag}
        )
    )

    statuses = sorted(answer.status for answer in answers)
    assert statuses == [200, *[412] * (WRITERS - 1)]
