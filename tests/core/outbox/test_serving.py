"""The server delivers events itself: in the process that serves, which the fork has made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from app.core.outbox import emit
from app.extensions import db
from scripts.serve import server_settings, start_worker, stop_worker
from tests.core.outbox.conftest import effects, numbers
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60
SERVE = "from tests.core.outbox import worker_process; from scripts import serve; serve.main()"


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "outbox"]


def test_the_serving_process_has_one_worker_until_it_ends(make_app):
    settings = server_settings(make_app())

    settings["post_worker_init"](None)
    while_serving = len(workers())
    settings["worker_exit"](None, None)

    assert (while_serving, len(workers())) == (1, 0)


def test_the_server_leaves_it_to_others_where_that_is_set(make_app):
    app = make_app(BUREAU_WORKER=0)

    start_worker(app)

    assert workers() == []
    stop_worker(app)


def test_a_running_server_delivers_what_others_emit(make_app, tmp_path):
    app = make_app()
    with app.app_context():
        effects.create(db.engine)
    environ = {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "BUREAU_INSTANCE": str(tmp_path),
        "BUREAU_ENV": "testing",
        "PORT": str(free_port()),
    }
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        env=os.environ | environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with app.app_context():
            for number in range(5):
                emit("test.effect", {"number": number})
            db.session.commit()
            deadline = time.monotonic() + PATIENCE_SECONDS
            while numbers() != list(range(5)) and time.monotonic() < deadline:
                db.session.rollback()
                time.sleep(0.05)
            delivered = numbers()
            left = db.session.scalar(sa.text("SELECT count(*) FROM core_outbox WHERE attempts > 1"))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE_SECONDS)

    assert (delivered, left) == (list(range(5)), 0)
