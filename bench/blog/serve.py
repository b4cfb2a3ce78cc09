"""Serves the site as production does: what the README says."""

from __future__ import annotations

import os

from app import create_app
from app.core.garbage import collection_paused
from app.core.startup import check_production
from app.extensions import db
from config import Config
from scripts.serve import Server, server_settings


def main() -> None:
    """Create, check and serve until told to stop."""
    with collection_paused(keep=True):
        app = create_app(Config.from_environment(os.environ))
    with app.app_context():
        check_production(app)
        # A connection must not be carried over the fork into the worker.
        db.engine.dispose()
    Server(app, server_settings(app)).run()


if __name__ == "__main__":
    main()
