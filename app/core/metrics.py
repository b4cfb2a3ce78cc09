"""`/metrics`, for Prometheus: requests, their duration, and the SQL statements they took."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.core.errors import Forbidden

blueprint = Blueprint("metrics", __name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_EXTENSION = "bureau_metrics"


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        by_route = ("endpoint", "method")
        self.requests = Counter(
            "bureau_requests", "Requests", (*by_route, "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "bureau_request_seconds", "Duration of requests", by_route, registry=self.registry
        )
        self.statements = Counter(
            "bureau_sql_statements", "SQL statements", by_route, registry=self.registry
        )
        self._counters: dict[tuple[str, str, int], tuple[Counter, Counter, Histogram]] = {}

    def count(self, route: tuple[str, str], status: int, statements: int, seconds: float) -> None:
        """Count a request of this endpoint and method."""
        found = self._counters.get((*route, status))
        if found is None:
            # Looking a counter up by its labels takes longer than counting.
            found = self._counters[*route, status] = (
                self.requests.labels(*route, status),
                self.statements.labels(*route),
                self.seconds.labels(*route),
            )
        counted, statements_counted, timed = found
        counted.inc()
        statements_counted.inc(statements)
        timed.observe(seconds)

    def exposed(self) -> bytes:
        """All of it as Prometheus reads it; of all processes, where they share a folder for it."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)
        return generate_latest(shared)


def init_metrics(app: Flask, sql_tally: Callable[[], Any]) -> None:
    """Count every request, and serve the counters at `/metrics`."""
    metrics = app.extensions[_EXTENSION] = Metrics()

    @app.after_request
    def count(response: Response) -> Response:
        # The names are a fixed set, so that a caller cannot fill the memory with made-up ones.
        method = request.method if request.method in METHODS else "other"
        tally = sql_tally()
        seconds = time.perf_counter() - tally.began
        route = request.endpoint or "unmatched", method
        metrics.count(route, response.status_code, tally.count, seconds)
        return response

    app.register_blueprint(blueprint)


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """The counters, for this machine or for whoever has the token."""
    if not (_has_token() or _is_this_machine()):
        raise Forbidden
    return Response(current_app.extensions[_EXTENSION].exposed(), content_type=CONTENT_TYPE_LATEST)


def _has_token() -> bool:
    token = current_app.config.get("BUREAU_METRICS_TOKEN", "")
    given = request.authorization
    return bool(
        token
        and given is not None
        and given.type == "bearer"
        and hmac.compare_digest((given.token or "").encode(), token.encode())
    )


def _is_this_machine() -> bool:
    # Behind a proxy on this machine every caller would look local, but the proxy says so.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
