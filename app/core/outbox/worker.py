"""The worker: delivers what is due, in a thread of the server or in a process of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from app.core.changes import EVERYTHING
from app.core.files.pruning import prune_files
from app.core.jobs.scheduler import Scheduler
from app.core.outbox.deliver import deliver_due
from app.core.outbox.models import OutboxEvent
from app.core.outbox.pruning import prune_some
from app.core.signals import Changes, rows_changed

POLL_SECONDS = 1.0
BATCH = 20
WAIT_AFTER_OUTAGE_SECONDS = 5.0
PRUNE_SECONDS = 3600.0
PRUNE_FILES_SECONDS = 24 * 3600.0

_log = logging.getLogger(__name__)


class Worker:
    """Delivers events until it is stopped; `start` does it in a thread, `run` here."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._prune_at = self._prune_files_at = time.monotonic()
        self._scheduler = Scheduler()

    def start(self) -> Worker:
        """Deliver in a thread that ends with the process."""
        self._thread = threading.Thread(target=self.run, name="outbox", daemon=True)
        self._thread.start()
        return self

    def stop(self, patience: float = 10.0) -> None:
        """Finish the event that is being delivered, and no further one."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(patience)

    def run(self) -> None:
        """Deliver whatever is due; then wait for a commit that emits, or a second."""
        rows_changed.connect(self._on_commit)
        try:
            while not self._stop.is_set():
                self._wake.clear()
                self._try(self._scheduler.enqueue_due)
                if not self._deliver() and not self._prune():
                    self._wake.wait(POLL_SECONDS)
        finally:
            rows_changed.disconnect(self._on_commit)

    def _deliver(self) -> int:
        """Deliver a few; the context ends between them, so that no handler sees another's rows."""
        return self._try(lambda: deliver_due(BATCH, is_over=self._stop.is_set))

    def _prune(self) -> int:
        """Every hour, when there is nothing else to do, delete what is old; some at a time."""
        if time.monotonic() < self._prune_at:
            return self._prune_files()
        count = self._try(prune_some)
        if not count:
            self._prune_at = time.monotonic() + PRUNE_SECONDS
        return count

    def _prune_files(self) -> int:
        """Every day, delete the files that nobody needs any more."""
        if time.monotonic() >= self._prune_files_at:
            self._prune_files_at = time.monotonic() + PRUNE_FILES_SECONDS
            self._try(prune_files)
        return 0

    def _try(self, work: Callable[[], int]) -> int:
        try:
            with self.app.app_context():
                return work()
        except SQLAlchemyError as error:
            # The database is away, or was never made: nothing can be delivered until it is there.
            _log.error("the outbox cannot be read: %s", error)
            self._stop.wait(WAIT_AFTER_OUTAGE_SECONDS)
            return 0
        except OSError:
            # A folder that cannot be read must not keep events from being delivered.
            _log.exception("the files cannot be read")
            return 0

    def _on_commit(self, _sender: Any, changes: Changes) -> None:
        if {OutboxEvent.__tablename__, EVERYTHING} & changes.tables:
            self._wake.set()
