"""What the database itself holds about lists and items."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core.clock import now
from app.extensions import db
from app.features.todo.models import TodoItem, TodoList, TodoMember
from tests.factories.people import make_person
from tests.factories.todo import make_item, make_list, make_member

PARALLEL = 20


@pytest.fixture
def owner(db_session):
    return make_person("ana", "Todo User")


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"remind_at": now()}, "reminder_needs_due_date"),
        ({"done_by_id": 1}, "done_by_needs_done_at"),
        ({}, "list_id"),
    ],
)
def test_database_refuses_item(owner, db_session, values, constraint):
    todo_list = make_list(owner)
    make_item(todo_list, "Milk")

    with pytest.raises(IntegrityError, match=constraint):
        make_item(todo_list, "Milk", **values)

    db_session.rollback()


@pytest.mark.both_databases
def test_done_title_is_free_again(owner):
    todo_list = make_list(owner)
    make_item(todo_list, "Milk", done_at=now(), done_by_id=owner.id)

    assert make_item(todo_list, "Milk").id


@pytest.mark.both_databases
def test_deleted_person_takes_own_lists_only(owner, db_session):
    """Acceptance check 8: own lists go, those of others stay as they are."""
    friend = make_person("ben", "Todo User")
    shared = make_list(friend, "Trip")
    make_member(shared, owner, can_write=True)
    ticked = make_item(shared, "Tickets", done_at=now(), done_by_id=owner.id)
    make_item(make_list(owner), "Milk")

    db_session.delete(owner)
    db_session.commit()
    db_session.expire_all()

    assert db_session.scalars(sa.select(TodoList.name)).all() == ["Trip"]
    assert db_session.scalars(sa.select(TodoItem.title)).all() == ["Tickets"]
    assert (ticked.done, ticked.done_by_id) == (True, None)
    assert db_session.query(TodoMember).count() == 0


@pytest.mark.postgresql
@pytest.mark.parametrize("attempt", range(3))
def test_parallel_additions_leave_one_row(database, make_app, login, attempt):
    """Acceptance check 3: 20 parallel additions leave one row and no 500."""
    app = make_app(database)
    with app.app_context():
        ana = make_person("ana", "Todo User")
        clients = [login(app.test_client(), ana) for _number in range(PARALLEL)]
    start = threading.Barrier(PARALLEL)

    def add(client):
        start.wait()
        return client.post("/api/v1/todo-lists/", json={"name": "Groceries"})

    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(add, clients))

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * (PARALLEL - 1)
    assert {answer.json.get("code") for answer in answers} == {None, "name_taken"}
    with app.app_context():
        assert db.session.query(TodoList).count() == 1
