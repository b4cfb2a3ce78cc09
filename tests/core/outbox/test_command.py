"""`flask worker` as people run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.outbox import emit
from app.extensions import db
from tests.core.outbox.conftest import effects, numbers, write_effect

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 60


def test_once_delivers_what_is_due_and_stops(db_session, app, on):
    effects.create(db_session.connection())
    on("test.effect", write_effect)
    for number in range(25):
        emit("test.effect", {"number": number})
    db.session.commit()

    done = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert (done.exit_code, done.output) == (0, "Delivered or tried: 25.\n")
    assert numbers() == list(range(25))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(make_app, number, tmp_path):
    url = make_app().config["SQLALCHEMY_DATABASE_URI"]
    environ = {"DATABASE_URL": url, "BUREAU_INSTANCE": str(tmp_path), "BUREAU_ENV": "testing"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "run", "worker"],
        cwd=ROOT,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    first_line = worker.stdout.readline()

    worker.send_signal(number)

    assert worker.wait(PATIENCE_SECONDS) == 0
    assert "The worker is running" in first_line
    worker.stdout.close()
