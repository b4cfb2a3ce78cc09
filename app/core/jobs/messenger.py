"""Tells Celery's broker which events wait, from a thread of its own.

A request never waits for the broker, and never fails with it: what the broker did not get is found
by the next sweep, because the events are in the database.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from typing import Any

from kombu.exceptions import OperationalError

from app.core.outbox.announcing import events_written

MOST_WAITING = 10_000
WAIT_AFTER_OUTAGE_SECONDS = 5.0
DELIVER = "bureau.deliver"
SWEEP = "bureau.sweep"
PRUNE = "bureau.prune"
PRUNE_FILES = "bureau.prune_files"

_log = logging.getLogger(__name__)


class Messenger:
    """Sends one message for each event that a commit has written."""

    def __init__(self, celery: Any) -> None:
        self._celery = celery
        self._keys: queue.Queue[int | None] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._process = 0
        self._guard = threading.Lock()
        events_written.connect(self._take)

    def stop(self, patience: float = 2.0) -> None:
        """Send what waits, unless that takes too long; then it is for the sweep."""
        events_written.disconnect(self._take)
        thread = self._thread
        if thread is not None and self._process == os.getpid():
            self._put(None)
            thread.join(patience)

    def _take(self, _sender: Any, keys: list[int]) -> None:
        self._start()
        for key in keys:
            self._put(key)

    def _put(self, key: int | None) -> None:
        try:
            self._keys.put_nowait(key)
        except queue.Full:
            _log.debug("event %s is left to the sweep", key)

    def _start(self) -> None:
        """A thread does not survive a fork, so each process starts its own when it needs one."""
        with self._guard:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._run, name="messenger", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (key := self._keys.get()) is not None:
            try:
                self._celery.send_task(DELIVER, (key,), retry=False, ignore_result=True)
            except (OperationalError, OSError) as error:
                _log.warning("the broker is away, the sweep will find what waits: %s", error)
                self._forget_waiting()
                threading.Event().wait(WAIT_AFTER_OUTAGE_SECONDS)

    def _forget_waiting(self) -> None:
        while not self._keys.empty():
            self._keys.get_nowait()
