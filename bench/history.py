"""Measures what history costs: the same changes with it and without it, on both databases.

Each pair is measured right after one another, so that a busy machine slows down both; what is
printed are medians of many pairs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app import create_app
from app.core.query.deleting import delete_by_keys
from app.extensions import db
from app.features.todo.models import TodoItem, TodoList
from config import Config
from tests import services

ROWS = 10_000
PAIRS = 15


@contextmanager
def without_history() -> Iterator[None]:
    """Take the two models out of the history, as a model can do for itself."""
    for model in (TodoList, TodoItem):
        setattr(model, "__history__", False)  # noqa: B010 (no model declares it)
    try:
        yield
    finally:
        for model in (TodoList, TodoItem):
            delattr(model, "__history__")


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def update_all(number: int) -> None:
    values = {"note": f"note {number}"}
    statement = sa.update(TodoItem).values(values)
    db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.commit()


def change_rows(number: int) -> None:
    """As an action on chosen rows does it: load them, and change each."""
    for item in db.session.scalars(sa.select(TodoItem)):
        item.note = f"note {number}"
    db.session.commit()
    db.session.expunge_all()


def delete_all(_number: int) -> None:
    keys = [tuple(row) for row in db.session.execute(sa.select(TodoItem.id))]
    db.session.expunge_all()
    delete_by_keys(TodoItem, keys)
    db.session.commit()


def save_one(number: int) -> None:
    db.session.expunge_all()
    todo = db.session.scalars(sa.select(TodoList)).first()
    assert todo is not None
    todo.name = f"list {number}"
    db.session.commit()


def fill() -> None:
    """The rows to change; none of them is in the history."""
    with without_history():
        db.session.execute(sa.delete(TodoItem))
        todo = db.session.scalars(sa.select(TodoList)).one()
        rows = [{"list_id": todo.id, "title": f"item {n}", "note": "some"} for n in range(ROWS)]
        db.session.execute(sa.insert(TodoItem), rows)
        db.session.commit()


CASES: tuple[tuple[str, Callable[[int], None], bool, int], ...] = (
    (f"UPDATE of {ROWS} rows, one statement", update_all, False, PAIRS),
    (f"{ROWS} rows loaded, changed and saved", change_rows, False, 3),
    (f"DELETE of {ROWS} rows by their keys", delete_all, True, 5),
    ("one row loaded, changed and saved", save_one, False, 100),
)


def measure(change: Callable[[int], None], *, consumes: bool, pairs: int) -> str:
    plain, recorded, counts = [], [], (0, 0)
    for number in range(pairs + 1):
        times, statements = [], []
        for is_recorded in (False, True):
            if consumes:
                fill()
            if is_recorded:
                times.append(timed(change, 2 * number + 1, statements))
            else:
                with without_history():
                    times.append(timed(change, 2 * number, statements))
        # The first pair warms up the caches of the database and of SQLAlchemy.
        if number:
            plain.append(times[0])
            recorded.append(times[1])
            counts = (statements[0], statements[1])
    ratio = statistics.median(after / before for before, after in zip(plain, recorded, strict=True))
    before, after = (statistics.median(times) * 1000 for times in (plain, recorded))
    return f"{before:9.1f} {after:9.1f} {ratio:6.2f} {counts[0]:10} {counts[1]:5}"


def timed(change: Callable[[int], None], number: int, statements: list[int]) -> float:
    with counted() as seen:
        # SQLite works in this process; its own time says more than the clock of a busy machine.
        clock = time.process_time if db.engine.dialect.name == "sqlite" else time.perf_counter
        start = clock()
        change(number)
        seconds = clock() - start
    statements.append(len(seen))
    return seconds


def run(url: str, folder: Path) -> None:
    environ = {"BUREAU_ENV": "testing", "BUREAU_INSTANCE": str(folder), "DATABASE_URL": url}
    app = create_app(Config.from_environment(environ))
    with app.app_context():
        flask_migrate.upgrade()
        owner = User(first_name="A", last_name="B", username="a", email="a@example.org")
        db.session.add(TodoList(name="list", owner=owner))
        db.session.commit()
        fill()
        print(f"\n{db.engine.dialect.name:40} {'without':>9} {'with':>9} {'ratio':>6} statements")
        for name, change, consumes, pairs in CASES:
            print(f"{name:40} {measure(change, consumes=consumes, pairs=pairs)}")
        db.session.remove()
        db.engine.dispose()


def main() -> None:
    """Print milliseconds without and with history, their ratio, and the statements of both."""
    with TemporaryDirectory() as name:
        run(f"sqlite:///{name}/bench.sqlite", Path(name))
        with services.postgres() as url:
            run(url, Path(name))


if __name__ == "__main__":
    main()
