"""Measures what history costs whoever presses a button: bulk changes over HTTP, on both databases.

As with `bench.history`, the runs with and without history take turns, and what is printed are
medians. The time is that of the whole request: rights, reading the rows, hooks, writing, and the
answer.
"""

from __future__ import annotations

import http.client
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import flask_migrate
import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from app.features.todo.models import TodoList
from app.security.rights.sync import sync_permissions
from bench.history import ROWS, counted, fill, without_history
from config import Config
from tests import services

PAIRS = 5
ITEMS = "/todo/todo-items/bulk"
ALL = (("all", "1"), ("query", ""))
PASSWORD = "a long enough password"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Client:
    """Somebody who is signed in."""

    port: int
    cookie: str = ""

    def post(self, path: str, *fields: tuple[str, str]) -> str:
        """Send a form; gives the text of a page, nothing where the answer leads elsewhere."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("POST", path, urlencode(fields), {**FORM, "Cookie": self.cookie})
        answer = connection.getresponse()
        text = answer.read().decode()
        given = answer.getheader("Set-Cookie") or ""
        self.cookie = given.partition(";")[0] or self.cookie
        connection.close()
        if answer.status not in (HTTPStatus.OK, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER):
            raise RuntimeError(f"{path} answered {answer.status}")
        return text if answer.status == HTTPStatus.OK else ""


def delete(client: Client, _number: int) -> Callable[[], object]:
    return lambda: client.post(f"{ITEMS}/delete", *ALL, ("confirmed", "1"))


def edit(client: Client, number: int) -> Callable[[], object]:
    """The form is opened before; what is measured is its saving."""
    page = client.post(f"{ITEMS}/edit", *ALL)
    found = re.search(r'name="_rows" value="([^"]+)"', page)
    assert found is not None
    form = (("_rows", found[1]), ("_set", "note"), ("note", f"note {number}"))
    return lambda: client.post(f"{ITEMS}/edit", *form)


def tick(client: Client, _number: int) -> Callable[[], object]:
    return lambda: client.post(f"{ITEMS}/tick", *ALL)


CASES = (
    (f"bulk delete of {ROWS} rows", delete),
    (f"bulk edit of {ROWS} rows", edit),
    (f"an action on {ROWS} rows", tick),
)


def measure(client: Client, prepare: Callable[[Client, int], Callable[[], object]]) -> str:
    times: tuple[list[float], list[float]] = [], []
    statements = [0, 0]
    for number in range(PAIRS + 1):
        for is_recorded in (False, True):
            fill()
            db.session.remove()
            if is_recorded:
                seconds, count = timed(prepare(client, 2 * number + 1))
            else:
                with without_history():
                    seconds, count = timed(prepare(client, 2 * number))
            statements[is_recorded] = count
            # The first pair warms up caches.
            if number:
                times[is_recorded].append(seconds)
    before, after = (statistics.median(found) * 1000 for found in times)
    ratio = statistics.median(new / old for old, new in zip(*times, strict=True))
    return f"{before:9.0f} {after:9.0f} {ratio:6.2f} {statements[0]:10} {statements[1]:5}"


def timed(change: Callable[[], object]) -> tuple[float, int]:
    # As in `bench.history`: SQLite works in this process, and its own time says more.
    clock = time.process_time if db.engine.dialect.name == "sqlite" else time.perf_counter
    with counted() as seen:
        start = clock()
        change()
        return clock() - start, len(seen)


@contextmanager
def served(app: Flask) -> Iterator[Client]:
    """A server with the application, and its administrator."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = Client(server.server_port)
    try:
        client.post("/login/", ("username", "bench"), ("password", PASSWORD))
        yield client
    finally:
        server.shutdown()
        server.server_close()


def add_owner(app: Flask) -> None:
    """The administrator, whose list the rows are on."""
    sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
    security = app.appbuilder.sm  # type: ignore[attr-defined]
    role = security.find_role("Admin")
    security.add_user("bench", "A", "B", "bench@example.org", role, password=PASSWORD)
    owner = db.session.scalars(sa.select(User).filter_by(username="bench")).one()
    db.session.add(TodoList(name="list", owner=owner))
    db.session.commit()


def run(url: str, folder: Path) -> None:
    environ = {"BUREAU_ENV": "testing", "BUREAU_INSTANCE": str(folder), "DATABASE_URL": url}
    values = Config.from_environment(environ) | {"WTF_CSRF_ENABLED": False}
    app = create_app(values)
    app.logger.disabled = True
    with app.app_context():
        flask_migrate.upgrade()
        add_owner(app)
        fill()
        with served(app) as client:
            heading = f"{db.engine.dialect.name}, one request"
            print(f"\n{heading:40} {'without':>9} {'with':>9} {'ratio':>6} statements")
            for name, prepare in CASES:
                print(f"{name:40} {measure(client, prepare)}", flush=True)
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
