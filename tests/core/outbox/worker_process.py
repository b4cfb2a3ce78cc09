"""A worker in a process of its own, with a handler of the tests: `python -m … FOLDER`.

The handler writes to the database and takes a little time, so that a signal often meets it.
"""

from __future__ import annotations

import sys
import time

from app.core.outbox import handles
from app.core.outbox.worker import Worker
from tests.core.outbox.conftest import write_effect
from tests.fixtures.database import configured


@handles("test.effect")
def slowly(payload) -> None:
    time.sleep(0.003)
    write_effect(payload)
    time.sleep(0.003)


def main() -> None:
    """Serve the database whose URL stands in the arguments, with a short lease."""
    url, folder = sys.argv[1:]
    app = configured(url, folder, BUREAU_OUTBOX_LEASE_SECONDS=1)
    sys.stdout.write("running\n")
    sys.stdout.flush()
    Worker(app).run()


if __name__ == "__main__":
    main()
