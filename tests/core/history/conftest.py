"""The application with the garden, on a database that each test may change as it likes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.extensions import db
from tests.core.history.garden import add_garden, forget
from tests.fixtures.database import cache_clear, rolled_back


@pytest.fixture(scope="session")
def garden_apps() -> dict[str, Flask]:
    """The applications whose tests are rolled back, one for each kind of database."""
    return {}


@pytest.fixture
def garden(database, garden_apps, make_app) -> Iterator[Flask]:
    """The application with the garden."""
    if database not in garden_apps:
        garden_apps[database] = make_app(database)
        add_garden(garden_apps[database])
    app = garden_apps[database]
    cache_clear(app)
    with rolled_back(app), app.app_context():
        yield app

        db.session.remove()


@pytest.fixture
def session(garden):
    """The session of the garden, whose history is empty."""
    forget()
    return db.session
