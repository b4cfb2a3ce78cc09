"""A start prepares what is missing, says where to go, and serves; production refuses instead."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90
PRODUCTION = {"BUREAU_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 3}


@pytest.fixture
def start(tmp_path):
    """`with start() as (url, output):` serves from a scratch instance folder."""

    @contextlib.contextmanager
    def serving(**environ: str) -> Iterator[tuple[str, Path]]:
        port, output = free_port(), tmp_path / "output"
        with output.open("w") as file:
            server = subprocess.Popen(
                [sys.executable, "-m", "scripts.serve"],
                cwd=ROOT,
                env=os.environ | {"BUREAU_INSTANCE": str(tmp_path), "PORT": str(port)} | environ,
                stdout=file,
                stderr=file,
            )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{url}/login/", server, output)
            yield url, output
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(PATIENCE_SECONDS)

    return serving


def wait_for(url: str, server: subprocess.Popen[bytes], output: Path) -> None:
    """Wait until the page is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, output.read_text()
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(url).close()
            return
        time.sleep(0.05)
    pytest.fail(f"no page at {url}:\n{output.read_text()}")


def test_the_first_start_prepares_everything_and_the_second_nothing(start):
    with start() as (url, output):
        first = output.read_text()
    with start() as (_url, output):
        second = output.read_text()

    assert f"Bureau is on {url}" in first
    assert "Migrating the database" in first
    assert "Loading the demo" in first
    assert "Migrating the database" not in second
    assert "Loading the demo" not in second
    assert password_in(first) == password_in(second)


def test_a_given_password_is_not_printed(start):
    with start(BUREAU_DEMO_PASSWORD="not-for-the-log") as (_url, output):
        assert "not-for-the-log" not in output.read_text()


def test_production_refuses_a_database_that_is_behind(tmp_path):
    done = refused(tmp_path, **PRODUCTION)

    assert "the database is behind" in done.stderr


def test_production_refuses_a_default_secret(tmp_path):
    done = refused(tmp_path, BUREAU_ENV="production", SECRET_KEY="")

    assert "SECRET_KEY" in done.stderr


def test_production_refuses_the_demo(start, tmp_path):
    with start():
        pass

    done = refused(tmp_path, **PRODUCTION)

    assert "demo accounts" in done.stderr


def refused(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start where that must fail; the message is one line, no stack trace."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.serve"],
        cwd=ROOT,
        env=os.environ | {"BUREAU_INSTANCE": str(folder)} | environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done


def password_in(output: str) -> str:
    """The password that the start has printed."""
    found = re.search(r"Password of all: (\S+)", output)
    assert found
    return found[1]
