"""What ring 1 announces is recorded: exports, refusals, and what leaves the history."""

from __future__ import annotations

import datetime

import pytest
from flask.testing import FlaskClient

from app.core.clock import ManualClock, now, use_clock
from app.core.history.retention import erase_history, prune_history
from app.extensions import db
from app.features.todo.models import TodoList
from app.security.audit.occurrences import Repetitions
from tests.security.conftest import user_named

pytestmark = pytest.mark.both_databases
USERS = "/administration/users/"


@pytest.fixture(autouse=True)
def new_minute(app):
    """Another test may have been refused the same page a moment ago."""
    app.extensions["bureau_repeated_events"].forget()


@pytest.mark.parametrize("name", ["csv", "xlsx", "json"])
def test_export_is_recorded_with_what_was_taken(app, client, login, cast, events, name):
    login(client, cast.admin)
    client.get(f"{USERS}export/{name}?q=cast").close()

    event = events(app, "export")[-1]
    assert (event.username, event.subject, event.outcome) == ("cast-admin", "User", "success")
    assert event.details == {"file_format": name, "query": "q=cast", "rows": 4}


def test_export_that_is_cut_off_is_recorded_too(make_app, database, login, events):
    app = make_app(database)
    with app.app_context():
        admin = user_named("cast-admin")
        names = (f"List {number} {'x' * 60}" for number in range(4_000))
        db.session.add_all(TodoList(name=name, owner_id=admin.id) for name in names)
        db.session.commit()
        # The answer ends where its request is known, as in a server.
        client = login(FlaskClient(app, app.response_class), admin)
    answer = client.get("/todo/todo-lists/export/csv", buffered=False)
    next(iter(answer.response))
    answer.close()

    event = events(app, "export")[-1]
    assert event.outcome == "failure"
    assert 0 < event.details["rows"] < 4_000


def test_refusal_of_a_signed_in_user_is_recorded(app, client, login, cast, events):
    login(client, cast.stranger)
    assert client.get(f"{USERS}list/?q=secret").status_code == 403

    event = events(app, "access")[-1]
    assert (event.username, event.outcome) == ("cast-stranger", "refused")
    assert (event.method, event.path) == ("GET", f"{USERS}list/")


def test_loop_of_refusals_writes_one_row_a_minute_and_page(app, client, login, cast, events):
    login(client, cast.stranger)
    with use_clock(ManualClock(now() + datetime.timedelta(minutes=2))) as clock:
        for _number in range(5):
            client.get(f"{USERS}list/")
        client.get("/administration/roles/list/")
        clock.advance(datetime.timedelta(seconds=61))
        client.get(f"{USERS}list/")

    found = [event for event in events(app, "access") if event.username == "cast-stranger"]
    assert [(event.path, event.details.get("repeated")) for event in found[-3:]] == [
        (f"{USERS}list/", None),
        ("/administration/roles/list/", None),
        (f"{USERS}list/", 4),
    ]


def test_refusal_of_a_visitor_is_not_recorded(app, client, events):
    before = len(events(app))

    client.get(f"{USERS}list/")
    client.get("/api/v1/users/")

    assert len(events(app)) == before


def test_refused_change_is_recorded_although_it_is_undone(app, client, login, cast, events):
    login(client, cast.stranger)

    answer = client.post(f"{USERS}add", data={"username": "eve"})

    assert answer.status_code == 403
    assert events(app, "access")[-1].method == "POST"


def test_history_that_is_erased_is_recorded_with_its_transaction(app, db_session, cast, events):
    row = TodoList(name="Private", owner_id=cast.owner.id)
    db_session.add(row)
    db_session.commit()

    erase_history(TodoList, str(row.id))
    db_session.rollback()
    assert events(app, "history-erased") == []

    erase_history(TodoList, str(row.id))
    db_session.commit()
    (event,) = events(app, "history-erased")
    assert (event.subject, event.target_key) == ("TodoList", str(row.id))
    assert event.details == {"rows": 1}


def test_history_that_is_pruned_is_recorded(make_app, database, events):
    app = make_app(database, BUREAU_HISTORY_DAYS=1)
    with app.app_context():
        db.session.add(TodoList(name="Old", owner_id=user_named("cast-owner").id))
        db.session.commit()
        prune_history(now() + datetime.timedelta(days=2))

    assert events(app, "history-pruned")[-1].details["rows"] >= 1


def test_memory_of_repetitions_stays_small():
    repetitions = Repetitions(size=3)

    assert [repetitions.pass_on(number) for number in range(10)] == [0] * 10
    assert repetitions.pass_on(9) is None
    assert repetitions.pass_on(0) == 0
