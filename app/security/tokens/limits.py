"""How often the REST API may be called: by each key, by each user, and by each other address."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from flask import Flask, current_app, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.core.errors import RateLimited
from app.core.outage import Outage
from app.security.accounts import current_account

REDIS_TIMEOUT_SECONDS = 0.5
_EXTENSION = "bureau_api_limits"
_NAME = "api"


class Calls:
    """The counters of one application: in Redis where there is one, else in this process."""

    def __init__(self, storage: Storage, rates: str) -> None:
        self._rates = parse_many(rates)
        self._shared = FixedWindowRateLimiter(storage)
        # While Redis is away counting here is better than refusing everybody, or nobody.
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._outage = Outage("The counter of API calls", (StorageError,), self._ask)

    def count(self, caller: str) -> None:
        """Count a call; raises `RateLimited`."""
        for rate in self._rates:
            is_allowed = self._outage.attempt(self._hit(self._shared, rate, caller), None)
            if is_allowed is None:
                is_allowed = self._hit(self._own, rate, caller)()
            if not is_allowed:
                raise RateLimited(self._wait(rate, caller))

    def _hit(
        self, limiter: FixedWindowRateLimiter, rate: RateLimitItem, caller: str
    ) -> Callable[[], bool]:
        return lambda: limiter.hit(rate, _NAME, caller)

    def _wait(self, rate: RateLimitItem, caller: str) -> int:
        """Seconds until the caller may call again."""
        found = self._outage.attempt(
            lambda: self._shared.get_window_stats(rate, _NAME, caller), None
        ) or self._own.get_window_stats(rate, _NAME, caller)
        return max(1, math.ceil(found.reset_time - time.time()))

    def _ask(self) -> None:
        self._shared.storage.get(_NAME)


def init_api_limits(app: Flask) -> None:
    """Set up the counters; nothing is asked yet."""
    rate = app.config.get("BUREAU_API_RATE")
    if rate and app.config.get("RATELIMIT_ENABLED", True):
        uri = app.config.get("RATELIMIT_STORAGE_URI", "memory://")
        app.extensions[_EXTENSION] = Calls(counter_storage(uri), rate)


def count_call() -> None:
    """Count this request for whoever makes it, where it is one for the API."""
    calls: Calls | None = current_app.extensions.get(_EXTENSION)
    if calls is not None and request.path.startswith("/api/"):
        calls.count(_caller())


def _caller() -> str:
    """A key has a number of calls of its own; whoever is not signed in shares their address's."""
    account = current_account()
    if account is None:
        return f"address-{request.remote_addr}"
    return f"key-{account.key_id}" if account.key_id else f"user-{account.user_id}"


def counter_storage(uri: str) -> Storage:
    """Where counters are kept; a Redis that does not answer is not waited for."""
    options = {}
    if uri.startswith("redis"):
        options = {
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
            "retry": Retry(NoBackoff(), 0),
        }
    return storage_from_string(uri, wrap_exceptions=True, **options)  # type: ignore[arg-type,return-value]
