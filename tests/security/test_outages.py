"""Redis, the mail server and the worker are each killed in the middle, and work goes on.

A real server process answers over HTTP; what is killed is a process or a listening server.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from flask_appbuilder.security.sqla.models import Role

from app.core.clock import now
from app.core.outbox.models import OutboxEvent
from app.extensions import db
from app.features.todo.models import TodoList
from tests import services
from tests.fixtures.mail import Postbox, mail_server
from tests.fixtures.people import PASSWORD, TEAM_ROLE
from tests.processes import ROOT, SECRET, ServerProcess, server_process
from tests.security.conftest import USERS, find, user_named
from tests.visitors import Visitor

PATIENCE_SECONDS = 60
SLOW_SECONDS = 4
READERS = ("owner", "teammate", "stranger", "admin")
numbers = itertools.count(1)
# Nobody gets more than three such mails an hour.
readers = itertools.cycle(READERS)


@dataclass
class Office:
    """A running site and the services that it uses."""

    app: Flask
    server: ServerProcess
    folder: Path
    redis_port: int
    postbox: Postbox
    services: dict[str, contextlib.ExitStack] = field(default_factory=dict)
    worker: subprocess.Popen | None = None

    @property
    def redis_url(self) -> str:
        return f"redis://127.0.0.1:{self.redis_port}/0"

    def kill(self, name: str) -> None:
        if name == "worker":
            self.worker.kill()
            self.worker.wait()
            self.worker = None
            return
        if name == "redis":
            with redis.Redis.from_url(self.redis_url) as client:
                os.kill(client.info("server")["process_id"], signal.SIGKILL)
        self.services.pop(name).close()

    def start(self, name: str) -> None:
        if name == "worker":
            self.worker = worker(self)
            return
        stack = self.services[name] = contextlib.ExitStack()
        if name == "redis":
            stack.enter_context(services.redis(self.redis_port))
        else:
            stack.enter_context(mail_server(self.postbox))

    def stop(self) -> None:
        for name in [*self.services, *(["worker"] if self.worker else [])]:
            self.kill(name)


def environment(office_folder: Path, database_url: str, redis_port: int, mail: Postbox) -> dict:
    return {
        "BUREAU_ENV": "development",
        "BUREAU_PROXY_COUNT": "1",
        "BUREAU_WORKER": "0",
        "BUREAU_OUTBOX_LEASE_SECONDS": "3",
        "BUREAU_URL": "http://bureau.example",
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "MAIL_URL": mail.url,
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database_url,
        "BUREAU_INSTANCE": str(office_folder),
    }


def worker(office: Office) -> subprocess.Popen:
    url = office.app.config["DATABASE_URL"]
    given = environment(office.folder, url, office.redis_port, office.postbox)
    with (office.folder / "worker.log").open("a") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "run", "worker"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **given},
            stdout=log,
            stderr=log,
        )


@pytest.fixture(scope="module")
def running_office(make_app, tmp_path_factory) -> Iterator[Office]:
    """The site, all its services, and PostgreSQL, which nobody kills."""
    app, folder = make_app("postgresql"), tmp_path_factory.mktemp("office")
    postbox, port = Postbox(), services.free_port()
    postbox.port = services.free_port()
    given = environment(folder, app.config["DATABASE_URL"], port, postbox)
    given.pop("DATABASE_URL")
    made = Office(app, None, folder, port, postbox)
    made.start("redis")
    made.start("mail")
    with server_process(folder, app.config["DATABASE_URL"], **given) as server:
        made.server = server
        made.start("worker")
        yield made
        made.stop()


@pytest.fixture
def office(running_office):
    """The site with everything running."""
    for name in ("redis", "mail"):
        if name not in running_office.services:
            running_office.start(name)
    if running_office.worker is None:
        running_office.start("worker")
    with redis.Redis.from_url(running_office.redis_url) as client:
        client.flushdb()
    return running_office


@pytest.fixture
def visitor(office):
    """`visitor()` is somebody from an address of their own."""
    return lambda: Visitor(office.server.url, f"192.0.2.{next(numbers)}")


def work(office: Office, visitor) -> tuple[str, str]:
    """Log in, look, save, export, take and give a role, ask for a mail, and use the API.

    It gives the name of what was saved and the reader of the mail.
    """
    number = next(numbers)
    reader = next(readers)
    name, person, admin = f"List {number}", visitor(), visitor()
    assert person.log_in("cast-owner", PASSWORD).status_code == 303
    assert person.get("/home/").status_code == 200
    assert person.get(f"{USERS}?q=cast").status_code == 200
    assert person.fill_in("/todo/todo-lists/add", name=name).status_code in (302, 303)
    assert name in person.get("/todo/todo-lists/list/").text
    assert name in person.get("/todo/todo-lists/export/csv").text

    admin.take_token("cast-admin", PASSWORD)
    with office.app.app_context():
        key, role = user_named("cast-owner").id, find(Role, name=TEAM_ROLE).id
        db.session.remove()
    for roles, expected in (([], 403), ([role], 200)):
        changed = admin.ask("PATCH", f"/api/v1/users/{key}", json={"roles": roles})
        assert changed.status_code == 200, changed.text
        assert person.get(USERS).status_code == expected
    made = admin.ask("POST", "/api/v1/todo-lists/", json={"name": f"{name} of the API"})
    assert made.status_code == 201, made.text
    assert admin.get("/api/v1/todo-lists/").status_code == 200

    asked = visitor()
    assert asked.fill_in("/forgot/", username=f"cast-{reader}").status_code == 200
    for one in (person, admin, asked):
        assert max(one.codes.values()) < 500
        assert one.slowest < SLOW_SECONDS, one.seconds
    return name, f"{reader}@cast.example"


def answers(client) -> bool:
    """Whether Redis does; one that hangs makes its client give up."""
    try:
        return bool(client.ping())
    except redis.exceptions.RedisError:
        return False


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def let_time_pass(app: Flask) -> None:
    """Make what waits for its next try due, as it is in a minute or two."""
    with app.app_context():
        waiting = sa.update(OutboxEvent.__table__).where(OutboxEvent.delivered_at.is_(None))
        db.session.execute(waiting.values(due_at=now()))
        db.session.commit()
        db.session.remove()


def undelivered(app: Flask) -> int:
    with app.app_context():
        statement = sa.select(sa.func.count()).select_from(OutboxEvent)
        count = db.session.scalar(statement.where(OutboxEvent.delivered_at.is_(None)))
        db.session.remove()
        return count


@pytest.mark.parametrize("name", ["redis", "mail", "worker"])
def test_work_goes_on_without(office, visitor, name):
    before = len(office.postbox.taken)
    done = [work(office, visitor)]
    office.kill(name)
    done += [work(office, visitor), work(office, visitor)]
    office.start(name)
    done.append(work(office, visitor))

    let_time_pass(office.app)
    wait_until(lambda: len(office.postbox.taken) - before >= len(done))
    wait_until(lambda: undelivered(office.app) == 0)
    taken = sorted(message["To"] for message in office.postbox.taken[before:])
    assert taken == sorted(reader for _name, reader in done)
    with office.app.app_context():
        saved = set(db.session.scalars(sa.select(TodoList.name)))
        db.session.remove()
    assert {name for name, _reader in done} <= saved
    assert {f"{name} of the API" for name, _reader in done} <= saved
    assert "Traceback" not in office.server.said()


def test_guesses_are_counted_without_redis(office, visitor):
    guesser = visitor()
    office.kill("redis")
    codes = []
    for number in range(11):
        # The limit of an address is another one.
        codes.append(guesser.log_in("cast-stranger", f"guess {number}").status_code)
        time.sleep(1.5)

    assert codes == [401] * 10 + [429]
    assert visitor().log_in("cast-stranger", PASSWORD).status_code == 303


@pytest.mark.parametrize("seconds", [1, 6])
def test_redis_that_hangs_keeps_nobody_from_logging_in(office, visitor, seconds):
    work(office, visitor)
    person = visitor()
    with redis.Redis.from_url(office.redis_url) as client:
        client.client_pause(seconds * 1000)
        began = time.monotonic()

        assert person.log_in("cast-owner", PASSWORD).status_code == 303
        assert person.get("/home/").status_code == 200

        # Each of the two that ask Redis waits half a second for it, once.
        assert time.monotonic() - began < 3
        wait_until(lambda: answers(client))
