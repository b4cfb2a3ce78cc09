"""What plain Flask-AppBuilder does, seen once for all tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.models import Diary
from tests.core.zoo import key_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def plain():
    """What plain FAB does, by the name of the fault; it runs as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.fab.plain"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def owner(zoo_client):
    return zoo_client("owner")


@pytest.fixture
def hidden_diary(zoo_session):
    """The key of a row that the owner's row rule hides."""
    return key_of(Diary, title="Diary of Stranger")
