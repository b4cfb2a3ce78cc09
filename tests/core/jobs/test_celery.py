"""Celery's own workers and beats, on real brokers, run each job once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.outbox import emit
from app.core.outbox.models import IS_OPEN, EventState, OutboxEvent
from app.extensions import db
from scripts.serve import start_worker
from tests import services
from tests.core.outbox.conftest import effects, numbers

ROOT = Path(__file__).resolve().parents[3]
SITE = "tests.core.jobs.celery_site:celery"
PATIENCE_SECONDS = 120
NODES, PROCESSES_OF_EACH, BEATS, JOBS, TICKS = 2, 2, 2, 100, 4


@pytest.fixture(scope="module")
def redis_broker():
    with services.redis() as url:
        yield url


@pytest.fixture(scope="module")
def rabbitmq_broker():
    if services.rabbitmq_binary() is None and not os.environ.get("CI"):
        pytest.skip("RabbitMQ is missing: install Debian's package rabbitmq-server")
    with services.rabbitmq() as url:
        yield url


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request):
    """The URL of a broker, of each kind."""
    return request.getfixturevalue(f"{request.param}_broker")


class Site:
    """A site whose server is here, and whose workers and beats are processes of their own."""

    def __init__(self, app, broker, folder):
        self.app, self.folder, self.processes = app, folder, []
        self.environ = os.environ | {
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "CELERY_BROKER_URL": broker,
            "BUREAU_INSTANCE": str(folder),
        }

    def start(self, *arguments, **environ):
        """Run `celery … worker` or `celery … beat`."""
        log = (self.folder / f"{len(self.processes)}.log").open("w")
        command = [sys.executable, "-m", "celery", "-A", SITE, *arguments]
        process = subprocess.Popen(
            command, cwd=ROOT, env=self.environ | environ, stdout=log, stderr=log
        )
        log.close()
        self.processes.append(process)
        return process

    def start_worker(self, *options, **environ):
        name = f"worker{len(self.processes)}@localhost"
        alone = ("--without-gossip", "--without-mingle")
        return self.start("worker", *alone, "-n", name, *options, **environ)

    def start_beat(self):
        return self.start("beat")

    def emit(self, name, count=1):
        with self.app.app_context():
            for _number in range(count):
                emit(name, {})
            db.session.commit()

    def wait(self, is_done):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self.app.app_context():
                if is_done():
                    return
            time.sleep(0.05)
        raise AssertionError("\n".join(log.read_text() for log in self.folder.glob("*.log")))

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)


@pytest.fixture
def make_site(make_app, tmp_path):
    """`make_site(broker, database)` makes one whose processes end with the test."""
    with contextlib.ExitStack() as stack:

        def make(broker, database="postgresql"):
            app = make_app(database, CELERY_BROKER_URL=broker)
            with app.app_context():
                effects.create(db.engine)
            site = Site(app, broker, tmp_path)
            stack.callback(app.extensions["bureau_messenger"].stop)
            stack.callback(site.stop)
            return site

        yield make


def count(*conditions):
    """How many events of these tests there are; the features have schedules of their own."""
    ours = OutboxEvent.name.like("test.%")
    return db.session.scalar(sa.select(sa.func.count(OutboxEvent.id)).where(ours, *conditions))


def delivered(name):
    """The keys and ticks of a job's events that were delivered."""
    chosen = sa.select(OutboxEvent.id, OutboxEvent.dedupe_key).where(
        OutboxEvent.name == name, OutboxEvent.delivered_at.is_not(None)
    )
    return db.session.execute(chosen.order_by(OutboxEvent.id)).all()


def is_idle(ticks):
    scheduled = OutboxEvent.name == "test.every_second"
    has_ticked = count(scheduled, OutboxEvent.delivered_at.is_not(None)) >= ticks
    return has_ticked and not count(IS_OPEN, ~scheduled)


def test_two_beats_and_four_workers_run_every_job_once(make_site, broker):
    site = make_site(broker)
    for _number in range(NODES):
        site.start_worker("--concurrency", str(PROCESSES_OF_EACH))
    for _number in range(BEATS):
        site.start_beat()
    site.emit("test.quick", JOBS)
    site.emit("test.split")
    site.wait(lambda: is_idle(TICKS))
    beats = site.processes[NODES:]
    for beat in beats:
        beat.terminate()
        beat.wait(PATIENCE_SECONDS)
    site.wait(lambda: not count(IS_OPEN))

    with site.app.app_context():
        ticks = delivered("test.every_second")
        quick = delivered("test.quick")
        written = numbers()
    moments = [datetime.fromisoformat(key.rpartition("second:")[2]) for _id, key in ticks]
    assert len(quick) == JOBS + 11
    assert Counter(written) == Counter([row.id for row in (*ticks, *quick)])
    assert len(ticks) >= TICKS
    assert sorted(set(moments)) == moments
    assert moments[-1] - moments[0] <= timedelta(seconds=len(moments) * 3)


def test_the_job_of_a_killed_worker_runs_again_and_writes_once(make_site, redis_broker):
    site = make_site(redis_broker)
    site.emit("test.slow")
    worker = site.start_worker("--pool", "solo", SLOW_SECONDS="600", LEASE_SECONDS="2")
    site.start_beat()
    site.wait((site.folder / "begun").exists)

    worker.send_signal(signal.SIGKILL)
    worker.wait()
    site.start_worker("--pool", "solo")
    site.wait(lambda: not count(IS_OPEN, OutboxEvent.name == "test.slow"))

    with site.app.app_context():
        (event,) = db.session.scalars(sa.select(OutboxEvent).filter_by(name="test.slow")).all()
        written = [number for number in numbers() if number == event.id]
    assert event.attempts >= 2
    assert written == [event.id]


def test_a_broker_that_is_away_neither_fails_nor_delays_a_request_and_loses_no_job(make_app):
    app = make_app(CELERY_BROKER_URL=f"redis://127.0.0.1:{services.free_port()}/0")
    messenger = app.extensions["bureau_messenger"]

    with app.app_context():
        emit("test.nobody", {})
        db.session.commit()
        states = [event.state for event in db.session.scalars(sa.select(OutboxEvent))]
    messenger.stop(patience=0)

    assert states == [EventState.WAITING]


def test_a_job_whose_message_was_lost_is_swept_up(make_site, redis_broker):
    site = make_site(redis_broker, "sqlite")
    site.app.extensions["bureau_messenger"].stop()
    site.emit("test.quick")
    site.start_worker("--pool", "solo")
    site.start_beat()

    site.wait(lambda: not count(IS_OPEN, OutboxEvent.name == "test.quick"))

    with site.app.app_context():
        assert len(delivered("test.quick")) == 1


def test_a_server_with_a_broker_delivers_nothing_itself(make_app):
    app = make_app(CELERY_BROKER_URL="redis://127.0.0.1:1/0")

    start_worker(app)

    assert "bureau_worker" not in app.extensions
    app.extensions["bureau_messenger"].stop()


def test_without_a_broker_there_is_no_celery(make_app):
    assert "celery" not in make_app().extensions


def test_messages_are_json_and_one_at_a_time(make_app):
    app = make_app(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    settings = app.extensions["celery"].conf
    app.extensions["bureau_messenger"].stop()

    assert (settings.accept_content, settings.task_serializer) == (["json"], "json")
    assert (settings.task_acks_late, settings.worker_prefetch_multiplier) == (True, 1)
