"""Workers are killed while they send: no mail is lost, and a repetition can be told as one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.mail import send
from app.mail.models import MailMessage, MailState
from app.security.links.mails import REFUSED
from tests.fixtures.mail import mail_server

ROOT = Path(__file__).resolve().parents[2]
MAILS = 120
KILLS = 5
PATIENCE_SECONDS = 90

pytestmark = pytest.mark.both_databases


@pytest.fixture
def office(make_app, database):
    """An application on a database that takes many connections, with mails to send."""
    app = make_app(database)
    with app.app_context():
        for number in range(MAILS):
            send(
                REFUSED, to=f"reader{number}@readers.example", name="Ana", dedupe_key=f"k:{number}"
            )
        db.session.commit()
        db.session.remove()
    return app


def unsent(app) -> int:
    with app.app_context():
        statement = sa.select(sa.func.count(MailMessage.id))
        return db.session.scalar(statement.where(MailMessage.state != MailState.SENT))


def start(app, folder, postbox) -> subprocess.Popen:
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    words = [sys.executable, "-W", "ignore", "-m", "tests.mail.worker_process"]
    made = subprocess.Popen(
        [*words, url, str(folder), str(postbox.port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert made.stdout.readline() == "running\n"
    return made


def stop(worker: subprocess.Popen) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()


def test_every_reader_gets_one_mail(office, tmp_path):
    moments = random.Random(7)
    with mail_server() as postbox:
        for _number in range(KILLS):
            worker = start(office, tmp_path, postbox)
            enough = len(postbox.taken) + moments.randint(1, MAILS // (2 * KILLS))
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(postbox.taken) < enough and time.monotonic() < deadline:
                time.sleep(0.001)
            stop(worker)
        killed_at = len(postbox.taken)
        worker = start(office, tmp_path, postbox)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while unsent(office) and time.monotonic() < deadline:
            time.sleep(0.05)
        stop(worker)

    readers = Counter(message["To"] for message in postbox.taken)
    ids = {(message["To"], message["Message-ID"]) for message in postbox.taken}
    assert 0 < killed_at < MAILS
    assert len(readers) == MAILS
    # What was sent again was sent under the same name, and there is one such mail a kill at most.
    assert len(ids) == MAILS
    assert sum(readers.values()) - MAILS <= KILLS
