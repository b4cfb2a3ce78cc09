"""Many people at work while PostgreSQL and Redis are killed: nothing is wrong, and nothing lost.

It is `python -m bench.soak`, with fewer people and for seconds instead of minutes.
"""

from __future__ import annotations

import subprocess
import sys

from tests.processes import ROOT

SESSIONS = 10
SECONDS = 12
THINK = ("0.1", "0.4")
# Other tests run at the same time, so how long an answer takes says nothing here.
ANY_TIME = "1000"
PATIENCE_SECONDS = 240


def test_ten_people_work_while_services_are_killed():
    command = [sys.executable, "-m", "bench.soak", "--sessions", str(SESSIONS), "--chaos"]
    command += ["--minutes", str(SECONDS / 60), "--contacts", "2000", "--away", "1.5"]
    command += ["--think", *THINK, "--bound", ANY_TIME]

    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "postgresql was away" in done.stdout
    assert "redis was away" in done.stdout
    assert done.stdout.rstrip().endswith("held")
