"""Brings the database up to date where that is allowed, then serves: what `make run` ends in.

Everything happens in one process that creates the application once, so that a start with nothing
to do takes little longer than importing the application.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from app import create_app
from app.core.garbage import collection_paused
from app.core.jobs.setup import stop_jobs
from app.core.outbox.worker import Worker
from app.core.startup import StartupError, check_production, has_accounts, is_behind
from app.core.stopping import STOP_SECONDS, begin_stop
from app.extensions import db
from app.security.demo import PEOPLE
from app.security.rights.sync import sync_permissions
from config import ConfigError
from scripts.commands import command

_WORKER = "bureau_worker"


class StoppingWorker(ThreadWorker):
    """Gunicorn's process with threads, which tells the application that it is to stop.

    Gunicorn finishes the requests that it has; this lets the outbox and long files end meanwhile.
    """

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Begin to stop, on SIGTERM."""
        begin_stop(self.app.app)
        worker = self.app.app.extensions.get(_WORKER)
        if worker is not None:
            worker.stop(patience=0)
        super().handle_exit(sig, frame)


class Server(BaseApplication):
    """Gunicorn with our application in it, already created."""

    def __init__(self, app: Flask, settings: dict[str, Any]) -> None:
        self.app = app
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from Gunicorn's defaults."""
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application the worker serves."""
        return self.app


def prepare(app: Flask) -> None:
    """Migrate, create permissions and load the demo: each only when it is missing."""
    if is_behind():
        print("Migrating the database", flush=True)
        command(app, "db", "upgrade")
    sync_permissions(app.appbuilder)  # type: ignore[attr-defined]
    if not has_accounts():
        print("Loading the demo", flush=True)
        command(app, "seed", "--size", "small")


def welcome(app: Flask) -> str:
    """What the person at the terminal needs: the address and, outside production, the logins."""
    address = f"http://{app.config['HOST']}:{app.config['PORT']}"
    lines = ["", f"Bureau is on {address} (Ctrl-C stops it)"]
    if app.config["BUREAU_ENV"] == "development":
        drawn = "BUREAU_DEMO_PASSWORD" not in os.environ
        password = app.config["BUREAU_DEMO_PASSWORD"] if drawn else "that of BUREAU_DEMO_PASSWORD"
        lines += [f"Demo logins: {' '.join(PEOPLE)}", f"Password of all: {password}"]
    return "\n".join([*lines, ""])


def server_settings(app: Flask) -> dict[str, Any]:
    """Processes with threads; the requests of one process share its cache and its worker."""
    return {
        "bind": f"{app.config['HOST']}:{app.config['PORT']}",
        "worker_class": StoppingWorker,
        "workers": app.config["BUREAU_PROCESSES"],
        "threads": app.config["BUREAU_THREADS"],
        "preload_app": True,
        "graceful_timeout": STOP_SECONDS,
        # Gunicorn 27 would open a socket for remote control in the home folder.
        "control_socket_disable": True,
        "loglevel": "warning",
        "when_ready": lambda _arbiter: print(welcome(app), flush=True),
        # A thread does not survive the fork, so it starts in the process that serves.
        "post_worker_init": lambda _worker: start_worker(app),
        "worker_exit": lambda _arbiter, _worker: stop_worker(app),
    }


def start_worker(app: Flask) -> None:
    """Deliver events in this process, unless Celery or `flask worker` does it in another."""
    if app.config["BUREAU_WORKER"] and not app.config["CELERY_BROKER_URL"]:
        app.extensions[_WORKER] = Worker(app).start()


def stop_worker(app: Flask) -> None:
    """Finish the event that is being delivered before the process ends."""
    worker = app.extensions.pop(_WORKER, None)
    if worker is not None:
        worker.stop()
    stop_jobs(app)


def main() -> None:
    """Create, check or prepare, and serve until told to stop."""
    with collection_paused(keep=True):
        app = create_app()
    with app.app_context():
        if app.config["BUREAU_ENV"] == "production":
            check_production(app)
        else:
            prepare(app)
        # A connection must not be carried over the fork into the worker.
        for engine in db.engines.values():
            engine.dispose()
    Server(app, server_settings(app)).run()


if __name__ == "__main__":
    try:
        main()
    except (ConfigError, StartupError) as error:
        sys.exit(f"Bureau does not start: {error}")
