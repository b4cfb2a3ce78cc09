"""A process killed at any moment leaves whole operations: rows and history together, or neither."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.core.history.models import Change, Operation
from app.extensions import db
from app.features.todo.models import TodoItem, TodoList

ROOT = Path(__file__).resolve().parents[3]
ROWS = 300
KILLS = 20

pytestmark = pytest.mark.both_databases

# Loading the application takes longer than all the rest, so each worker is forked off a loaded one.
CHANGING = """
import os
import sys
import sqlalchemy as sa
from app import create_app
from app.core.history.scope import operation
from app.extensions import db
from app.features.todo.models import TodoItem, TodoList

def work():
    todo = db.session.scalars(sa.select(TodoList).filter_by(name="Crash")).one()
    step = db.session.scalar(sa.select(sa.func.max(TodoItem.position))) or 0
    print(os.getpid(), flush=True)
    while True:
        step += 1
        with operation(f"step {step}"):
            of_the_list = TodoItem.list_id == todo.id
            db.session.execute(sa.update(TodoItem).where(of_the_list).values(position=step))
            db.session.add(TodoItem(list_id=todo.id, title=f"extra {step}", position=step))
            todo.position = step
            db.session.flush()
            old = sa.delete(TodoItem).where(of_the_list, TodoItem.title == f"extra {step - 1}")
            db.session.execute(old)
            db.session.commit()

app = create_app()
for _line in sys.stdin:
    worker = os.fork()
    if worker == 0:
        with app.app_context():
            work()
    os.waitpid(worker, 0)
    print("gone", flush=True)
"""


@pytest.fixture
def site(make_app, database):
    """An application with a list of many items."""
    app = make_app(database)
    with app.app_context():
        owner = sa.select(User.id).where(User.username == "cast-owner")
        todo = TodoList(name="Crash", owner_id=db.session.scalar(owner))
        db.session.add(todo)
        db.session.flush()
        rows = [{"list_id": todo.id, "title": f"item {number}"} for number in range(ROWS)]
        db.session.execute(sa.insert(TodoItem), rows)
        db.session.commit()
        yield app
        db.session.remove()


@contextlib.contextmanager
def nursery(app):
    """A process that starts another one, which changes all rows again and again."""
    url = db.engine.url.set(drivername=db.engine.dialect.name)
    environ = {
        **os.environ,
        "BUREAU_ENV": "testing",
        "BUREAU_INSTANCE": app.config["BUREAU_INSTANCE"],
        "DATABASE_URL": url.render_as_string(hide_password=False),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", CHANGING],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.stdin.close()
        process.wait()


def kill_one_at_work(process, seconds):
    process.stdin.write("go\n")
    process.stdin.flush()
    worker = int(process.stdout.readline())
    time.sleep(seconds)
    os.kill(worker, signal.SIGKILL)
    assert process.stdout.readline() == "gone\n"


def position_of_all():
    """The one position that all rows of the list have."""
    db.session.rollback()
    (position,) = set(db.session.scalars(sa.select(TodoItem.position)))
    assert db.session.scalar(sa.select(TodoList.position).filter_by(name="Crash")) == position
    return position


def changes_of(step):
    """How many changes of each kind the operation of a step has."""
    query = (
        sa.select(Change.model, Change.verb, sa.func.count())
        .join(Operation, Operation.id == Change.operation_id)
        .where(Operation.action == f"step {step}")
        .group_by(Change.model, Change.verb)
    )
    return {(model, str(verb)): count for model, verb, count in db.session.execute(query)}


def test_kill_9_in_the_middle_of_bulk_changes(site):
    moments = random.Random(4)
    last = 0
    with nursery(site) as process:
        for _ in range(KILLS):
            kill_one_at_work(process, moments.uniform(0, 0.4))

            step = position_of_all()
            assert step >= last
            last = step

    assert last > 2, "nothing was changed: the test shows nothing"
    for step in range(2, last + 1):
        assert changes_of(step) == {
            ("TodoItem", "add"): 1,
            ("TodoItem", "edit"): ROWS + 1,
            ("TodoItem", "delete"): 1,
            ("TodoList", "edit"): 1,
        }
    assert changes_of(last + 1) == {}
    orphans = sa.select(Change.id).where(Change.operation_id.not_in(sa.select(Operation.id)))
    assert db.session.scalars(orphans).all() == []
    empty = sa.select(Operation.action).where(
        Operation.action.startswith("step"), Operation.id.not_in(sa.select(Change.operation_id))
    )
    assert db.session.scalars(empty).all() == []
    versions = sa.select(TodoItem.version, sa.func.count()).where(TodoItem.title.startswith("item"))
    assert db.session.execute(versions.group_by(TodoItem.version)).all() == [(last + 1, ROWS)]
