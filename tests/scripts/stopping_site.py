"""A server that is told to stop, with the zoo: `python -m … URL FOLDER PORT`.

A page and an event of it take a moment, so that the signal meets both.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from app.core.feature import add_model_view
from app.core.outbox import handles
from scripts.serve import Server, server_settings
from tests.core.zoo import VIEWS
from tests.fixtures.database import configured

SLOW_SECONDS = 3.0
PAGE = "page-begun"
BEGUN = "event-begun"
DONE = "event-done"


def slow_page(folder: Path) -> str:
    (folder / PAGE).touch()
    time.sleep(SLOW_SECONDS)
    return "done"


@handles("test.slow")
def slow_event(payload) -> None:
    folder = Path(payload["folder"])
    (folder / BEGUN).touch()
    time.sleep(SLOW_SECONDS)
    (folder / DONE).touch()


def main() -> None:
    """Serve the database whose URL stands in the arguments."""
    url, folder, port = sys.argv[1:]
    app = configured(url, folder, PORT=int(port), BUREAU_PROCESSES=1)
    with app.app_context():
        for view in VIEWS:
            add_model_view(view, "zoo", "Zoo", "folder")
    app.add_url_rule("/slow", "slow", lambda: slow_page(Path(folder)))
    Server(app, server_settings(app)).run()


if __name__ == "__main__":
    main()
