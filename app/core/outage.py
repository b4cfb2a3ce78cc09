"""Keeps a service that is away from slowing every request down, and notices when it is back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Outage:
    """Stops asking a service after its first error, until an attempt in the background succeeds.

    So one request waits for the time-out and the others do not; and a log has one line when the
    service goes and one when it comes back. `recover` is that attempt: it must raise one of
    `errors` while the service is away, and put right whatever was missed in the meantime.
    """

    def __init__(
        self,
        service: str,
        errors: tuple[type[Exception], ...],
        recover: Callable[[], object],
        retry_seconds: float = 1.0,
    ) -> None:
        self._service = service
        self._errors = errors
        self._recover = recover
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._has_missed = False
        self._is_over = threading.Event()
        self._is_over.set()

    @property
    def is_on(self) -> bool:
        """Whether the service is away."""
        return not self._is_over.is_set()

    def attempt(self, ask: Callable[[], T], otherwise: T) -> T:
        """What `ask` gives, or `otherwise` while the service is away."""
        if self.is_on:
            return otherwise
        try:
            return ask()
        except self._errors as error:
            self._begin(error)
            return otherwise

    def tell(self, act: Callable[[], object]) -> None:
        """Do what must not be missed; what is missed all the same, `recover` puts right."""
        with self._lock:
            self._has_missed = True
            if self.is_on:
                return
        self.attempt(act, None)

    def wait(self, timeout: float) -> bool:
        """Wait for the service to be back; whether it is."""
        return self._is_over.wait(timeout)

    def _begin(self, error: Exception) -> None:
        with self._lock:
            if self.is_on:
                return
            self._is_over.clear()
        logger.warning("%s is away, going on without it: %s", self._service, error)
        name = f"{self._service} recovery"
        threading.Thread(target=self._retry, name=name, daemon=True).start()

    def _retry(self) -> None:
        pause = threading.Event()
        while self.is_on:
            pause.wait(self._retry_seconds)
            self._has_missed = False
            try:
                self._recover()
            except self._errors:
                continue
            with self._lock:
                # Something missed while recovering needs another round.
                if not self._has_missed:
                    logger.info("%s is back", self._service)
                    self._is_over.set()
