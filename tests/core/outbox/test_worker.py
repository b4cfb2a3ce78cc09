"""Workers, several and killed: every event has its effect, and none has it twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.outbox import emit
from app.core.outbox.models import IS_OPEN, OutboxEvent
from app.core.outbox.worker import Worker
from app.extensions import db
from tests.core.outbox.conftest import effects, numbers, write_effect

ROOT = Path(__file__).resolve().parents[3]
EVENTS = 200
KILLS = 6
PATIENCE_SECONDS = 60

pytestmark = pytest.mark.both_databases


@pytest.fixture
def office(make_app, database):
    """An application on a database that takes many connections."""
    app = make_app(database)
    with app.app_context():
        effects.create(db.engine)
    return app


def put(app, count=EVENTS):
    with app.app_context():
        for number in range(count):
            emit("test.effect", {"number": number})
        db.session.commit()


def effects_of(app):
    with app.app_context():
        return numbers()


def open_events(app):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(OutboxEvent.id)).where(IS_OPEN))


def wait_until(is_true, patience=PATIENCE_SECONDS):
    deadline = time.monotonic() + patience
    while not is_true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


@contextmanager
def working(app, count=1):
    workers = [Worker(app).start() for _number in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.stop()


def test_several_workers_deliver_each_event_once(office, on):
    seen = []

    def note(payload):
        seen.append((payload["number"], threading.current_thread().ident))
        write_effect(payload)

    on("test.effect", note)
    put(office)

    with working(office, 2):
        wait_until(lambda: not open_events(office))

    assert effects_of(office) == list(range(EVENTS))
    assert sorted(number for number, _thread in seen) == list(range(EVENTS))
    assert len({thread for _number, thread in seen}) == 2


def test_a_commit_wakes_the_worker(office, on, monkeypatch):
    monkeypatch.setattr("app.core.outbox.worker.POLL_SECONDS", 600)
    on("test.effect", write_effect)

    with working(office):
        time.sleep(0.3)
        put(office, 1)
        wait_until(lambda: effects_of(office) == [0], patience=10)


def test_a_worker_that_is_told_to_stop_finishes_what_it_does(office, on):
    begun = threading.Event()

    def take_time(payload):
        begun.set()
        time.sleep(0.2)
        write_effect(payload)

    on("test.effect", take_time)
    put(office, 3)

    with working(office):
        begun.wait(PATIENCE_SECONDS)

    assert effects_of(office) in ([0], [0, 1])


def test_a_worker_goes_on_after_the_database_was_away(office, on, monkeypatch):
    monkeypatch.setattr("app.core.outbox.worker.WAIT_AFTER_OUTAGE_SECONDS", 0.05)
    on("test.effect", write_effect)
    with office.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE core_outbox RENAME TO elsewhere")

    with working(office):
        time.sleep(0.3)
        with office.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO core_outbox")
        put(office, 1)
        wait_until(lambda: effects_of(office) == [0])


@pytest.fixture
def process(office, tmp_path):
    """`process()` starts a worker as a process of its own, and waits until it runs."""
    started = []

    def start():
        url = office.config["SQLALCHEMY_DATABASE_URI"]
        command = [sys.executable, "-m", "tests.core.outbox.worker_process", url, str(tmp_path)]
        made = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(made)
        assert made.stdout.readline() == "running\n"
        return made

    yield start

    for made in started:
        made.kill()
        made.wait()
        made.stdout.close()


def test_nothing_is_lost_or_done_twice_when_workers_are_killed(office, process):
    put(office)
    moments = random.Random(4)

    for _number in range(KILLS):
        worker = process()
        time.sleep(moments.uniform(0.02, 0.3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    killed_at = len(effects_of(office))
    process()
    wait_until(lambda: not open_events(office))

    assert 0 < killed_at < EVENTS
    assert effects_of(office) == list(range(EVENTS))
