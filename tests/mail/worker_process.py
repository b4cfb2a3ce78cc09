"""A worker in a process of its own that hands mails to a server: `python -m … URL FOLDER PORT`."""

from __future__ import annotations

import sys

from app.core.outbox.worker import Worker
from tests.fixtures.database import configured


def main() -> None:
    """Serve the database whose URL stands in the arguments, with a short lease."""
    url, folder, port = sys.argv[1:]
    server = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": int(port), "MAIL_SUPPRESS_SEND": False}
    app = configured(url, folder, BUREAU_OUTBOX_LEASE_SECONDS=2, **server)
    sys.stdout.write("running\n")
    sys.stdout.flush()
    Worker(app).run()


if __name__ == "__main__":
    main()
