"""What `run.py` is to people, for the tests of Celery: a site with some jobs more.

The environment says where its database and its broker are.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from app.core.jobs import each, job
from app.core.outbox.running import current_claim
from tests.core.jobs.conftest import write
from tests.fixtures.database import configured

FOLDER = Path(os.environ["BUREAU_INSTANCE"])
BEGUN = FOLDER / "begun"


def write_own_key() -> None:
    """Leave one row, so that a job that ran twice has left two."""
    claim = current_claim()
    assert claim is not None
    write(claim.id)


@job("test.every_second", schedule="* * * * * *")
def every_second() -> None:
    write_own_key()


@job("test.quick")
def quick() -> None:
    write_own_key()


@job("test.slow")
def slow() -> None:
    """Write, and be killed before the commit where somebody waits for that."""
    write_own_key()
    BEGUN.touch()
    time.sleep(float(os.environ.get("SLOW_SECONDS", "0")))


@job("test.split")
def split() -> None:
    each(quick, [{}] * 10, then=quick)


app = configured(
    os.environ["DATABASE_URL"],
    FOLDER,
    CELERY_BROKER_URL=os.environ["CELERY_BROKER_URL"],
    BUREAU_OUTBOX_LEASE_SECONDS=int(os.environ.get("LEASE_SECONDS", "60")),
)
celery = app.extensions["celery"]
