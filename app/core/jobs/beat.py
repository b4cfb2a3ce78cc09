"""Celery's beat, with schedules that are kept in the database instead of a file beside it."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery.beat import Scheduler as BeatScheduler
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy.exc import SQLAlchemyError

from app.core.jobs.messenger import PRUNE, PRUNE_FILES, SWEEP
from app.core.jobs.scheduler import Scheduler
from app.core.outbox.claiming import is_any_due
from app.core.outbox.deliver import bury_lost
from app.core.outbox.handlers import known_handlers

LOOK_SECONDS = 1.0
SWEEP_SECONDS = 5.0
PRUNE_SECONDS = 3600.0
PRUNE_FILES_SECONDS = 24 * 3600.0

_log = logging.getLogger(__name__)


class Beat(BeatScheduler):
    """Enqueues scheduled jobs itself, and lets workers look for events nobody has told them of.

    Any number of them may run: the database decides who enqueues a tick.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        self._scheduler = Scheduler()
        self._next = dict.fromkeys((SWEEP, PRUNE, PRUNE_FILES), time.monotonic())
        super().__init__(app, **options)

    def setup_schedule(self) -> None:
        """Schedules are declared with the jobs."""

    def tick(self, *_arguments: Any, **_named: Any) -> float:
        """Look what is due; gives the seconds until the next look."""
        with self.app.flask.app_context():
            try:
                self._look()
            except SQLAlchemyError as error:
                _log.error("the schedules cannot be read: %s", error)
            except (BrokerAway, OSError) as error:
                _log.warning("the broker is away: %s", error)
        return LOOK_SECONDS

    def close(self) -> None:
        """Let workers know of what was enqueued last."""
        self.app.flask.extensions["bureau_messenger"].stop()
        super().close()

    def _look(self) -> None:
        self._scheduler.enqueue_due()
        if self._is_time(SWEEP, SWEEP_SECONDS):
            names = known_handlers().keys()
            bury_lost(names)
            if is_any_due(names):
                self._send(SWEEP, SWEEP_SECONDS)
        for task, seconds in {PRUNE: PRUNE_SECONDS, PRUNE_FILES: PRUNE_FILES_SECONDS}.items():
            if self._is_time(task, seconds):
                self._send(task, seconds)

    def _is_time(self, task: str, seconds: float) -> bool:
        moment = time.monotonic()
        if moment < self._next[task]:
            return False
        self._next[task] = moment + seconds
        return True

    def _send(self, task: str, seconds: float) -> None:
        # One that comes too late would find what the next one finds.
        self.app.send_task(task, expires=seconds, retry=False, ignore_result=True)
