"""A server that is told to stop ends what it has begun, and nothing of it looks like more."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import sqlalchemy as sa

from app.core.outbox import emit
from app.core.outbox.models import OutboxEvent
from app.core.stopping import FILE_SECONDS, STOP_SECONDS
from app.extensions import db
from app.security.audit.models import SecurityEvent
from tests import services
from tests.core.zoo import add_zoo
from tests.crawl import sign_in
from tests.processes import ROOT
from tests.scripts.stopping_site import BEGUN, DONE, PAGE

ROWS = 400_000
TIMEOUT = 60


@pytest.fixture
def busy_server(make_app, tmp_path):
    """A server with a long list, the session of somebody who may export it, and its process."""
    app = make_app()
    add_zoo(app)
    with app.app_context():
        db.session.execute(
            sa.text(
                "INSERT INTO zoo_species (name, is_secret, created_at, updated_at, version)"
                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
                " SELECT 'a species with a rather long name ' || i, false,"
                " '2026-01-01', '2026-01-01', 1 FROM n"
            ),
            {"rows": ROWS},
        )
        emit("test.slow", {"folder": str(tmp_path)})
        db.session.commit()
        db.session.remove()
    port = services.free_port()
    log = tmp_path / "log"
    command = [sys.executable, "-m", "tests.scripts.stopping_site"]
    command += [app.config["SQLALCHEMY_DATABASE_URI"], str(tmp_path), str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        services.wait_for(lambda: process.poll() is not None or services.accepts(port), log)
        services.wait_for((tmp_path / BEGUN).exists, log)
        yield app, f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def read_slowly(answer, hurry):
    """How much of a file came, and whether it ended as a file should.

    Until there is a hurry it is read so slowly that it is still on its way.
    """
    size = 0
    try:
        for piece in answer.iter_content(16 * 1024):
            size += len(piece)
            hurry.wait(0.05)
    except requests.exceptions.ChunkedEncodingError:
        return size, "cut"
    return size, "whole"


def outcomes(app, folder):
    """What became of the event, and what is known of the export."""
    with app.app_context():
        event = db.session.scalars(sa.select(OutboxEvent)).one()
        taken = db.session.scalars(sa.select(SecurityEvent).where(SecurityEvent.kind == "export"))
        found = (
            (folder / DONE).exists() and event.delivered_at is not None,
            event.attempts,
            [str(one.outcome) for one in taken],
        )
        db.session.remove()
    return found


def test_what_has_begun_is_finished_or_ends_openly_and_nothing_new_begins(busy_server, tmp_path):
    app, url, process = busy_server
    cookie = sign_in(app, "owner").get_cookie("bureau_session")
    cookies = {cookie.key: cookie.value}
    with ThreadPoolExecutor(2) as threads:
        page = threads.submit(requests.get, f"{url}/slow", timeout=TIMEOUT)
        export = requests.get(
            f"{url}/zoo/species/export/csv", cookies=cookies, stream=True, timeout=TIMEOUT
        )
        hurry = threading.Event()
        file = threads.submit(read_slowly, export, hurry)
        services.wait_for((tmp_path / PAGE).exists, tmp_path / "log")

        process.send_signal(signal.SIGTERM)
        threading.Timer(FILE_SECONDS + 1, hurry.set).start()
        services.wait_for(
            lambda: not services.accepts(int(url.rpartition(":")[2])), tmp_path / "log"
        )
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{url}/healthz", timeout=TIMEOUT)

        assert (page.result().status_code, page.result().text) == (200, "done")
        size, end = file.result()
    process.wait(STOP_SECONDS + TIMEOUT)

    assert export.status_code == 200
    assert size > 0
    assert end == "cut"
    assert outcomes(app, tmp_path) == (True, 1, ["failure"])
