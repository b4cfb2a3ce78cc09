"""Celery, where a broker is configured: its workers deliver events, its beat says when to look.

A message only says "deliver event 7". Whoever claims that event in the database delivers it, so a
message that comes twice, late or not at all changes nothing.
"""

from __future__ import annotations

from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init, worker_process_shutdown
from flask import Flask

from app.core.files.pruning import prune_files
from app.core.jobs.messenger import DELIVER, PRUNE, PRUNE_FILES, SWEEP, Messenger
from app.core.outbox.deliver import deliver_due, deliver_one
from app.core.outbox.pruning import prune_outbox
from app.extensions import db

SWEEP_BATCH = 100
BROKER_SECONDS = 5


def make_celery(app: Flask) -> Celery:
    """The Celery application of this application."""
    celery = Celery(app.import_name, set_as_current=False)
    celery.conf.update(settings(app))
    celery.flask = app
    _add_tasks(celery, app)
    messenger = app.extensions["bureau_messenger"] = Messenger(celery)
    worker_process_init.connect(lambda **_kwargs: _begin_process(app), weak=False)
    worker_process_shutdown.connect(lambda **_kwargs: messenger.stop(), weak=False)
    return celery


def settings(app: Flask) -> dict[str, Any]:
    """How Celery is to work; the environment says only where its broker is."""
    return {
        "broker_url": app.config["CELERY_BROKER_URL"],
        "broker_connection_retry_on_startup": True,
        "broker_connection_timeout": BROKER_SECONDS,
        "broker_transport_options": {"socket_timeout": 30, "socket_connect_timeout": 5},
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_default_queue": "bureau",
        # A message is gone when its event was tried, and a worker takes one at a time.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "beat_scheduler": "app.core.jobs.beat:Beat",
        "timezone": app.config["BUREAU_TIMEZONE"],
    }


def _add_tasks(celery: Celery, app: Flask) -> None:
    class InContext(Task):
        """A task in the application's context, which ends with the task."""

        def __call__(self, *arguments: Any) -> None:
            with app.app_context():
                self.run(*arguments)

    for name, function in {
        DELIVER: deliver_one,
        SWEEP: _sweep,
        PRUNE: prune_outbox,
        PRUNE_FILES: prune_files,
    }.items():
        celery.task(function, name=name, base=InContext, shared=False)


def _sweep() -> None:
    """Deliver what is due and nobody was told of, some at a time."""
    deliver_due(SWEEP_BATCH)


def _begin_process(app: Flask) -> None:
    """A process that was forked makes its own connections."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose(close=False)
