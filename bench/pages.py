"""Measures the generated screens of every model against the login page, in this process.

The login page is the smallest page there is, so a ratio says how much a screen costs beyond what
every page does, whatever the machine. Nothing is asserted: compare with an earlier run.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app import create_app
from app.core.views.context import registered_views
from app.extensions import db
from app.security.sessions.store import session_of
from config import Config
from scripts.scratch import scratch_environment
from scripts.serve import prepare

REQUESTS = 20
OK = 200


def best_seconds(client: FlaskClient, url: str) -> float | None:
    """Processor time of the quickest of many requests; None where there is no such page."""
    times = []
    for _ in range(REQUESTS):
        start = time.process_time()
        response = client.get(url)
        times.append(time.process_time() - start)
        if response.status_code != OK:
            return None
    return min(times)


def pages(app: Flask, client: FlaskClient) -> Iterator[tuple[str, str]]:
    """Name and address of each page to measure; records are those that the list leads to."""
    with app.test_request_context():
        addresses = {
            model.__name__: {name: view.url(name) for name in ("list", "chart")}
            | {name: view.url(name, "KEY") for name in ("show", "edit")}
            for model, view in registered_views().items()
        }
    for model, urls in sorted(addresses.items()):
        listed = client.get(urls["list"]).text
        record = re.search(re.escape(urls["show"]).replace("KEY", '([^"?/]+)'), listed)
        for name, url in urls.items():
            if "KEY" not in url:
                yield f"{model} {name}", url
            elif record:
                yield f"{model} {name}", url.replace("KEY", record[1])


def signed_in(app: Flask) -> FlaskClient:
    """A client of the demo's administrator."""
    client = app.test_client()
    with app.app_context():
        admin = db.session.scalars(select(User).where(User.username == "admin")).one()
        with client.session_transaction() as session:
            session.update(session_of(admin))
    return client


def main() -> None:
    """Load the demo into a scratch database and print one line a page."""
    with scratch_environment() as environ:
        app = create_app(Config.from_environment(environ))
        with app.app_context():
            prepare(app)
        base = best_seconds(app.test_client(), "/login/") or 1.0
        client = signed_in(app)
        print(f"\n{'page':32} times the login page")
        for name, url in pages(app, client):
            seconds = best_seconds(client, url)
            if seconds is not None:
                print(f"{name:32} {seconds / base:20.1f}")


if __name__ == "__main__":
    main()
