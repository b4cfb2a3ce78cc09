"""A small application with the help desk, on either kind of database."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict

from app.core.cache import init_cache
from app.core.query.gate import Gate
from app.core.query.state import ListRules, ListState
from app.extensions import db
from tests.core.desk import DeskBase, Ticket


def make_desk_app(url: str, zone: str = "UTC") -> Flask:
    """An application that has nothing but the help desk."""
    app = Flask("desk", static_folder=None)
    app.config.from_mapping(
        TESTING=True,
        SECRET_KEY="a secret of the tests",
        SQLALCHEMY_DATABASE_URI=url,
        BABEL_DEFAULT_TIMEZONE=zone,
        CACHE_KEY_PREFIX="desk:",
    )
    db.init_app(app)
    Babel(app)
    init_cache(app)
    return app


@pytest.fixture(scope="session")
def desk_app(database, databases):
    """The application, one for each kind of database."""
    app = make_desk_app(
        databases(database).empty().replace("postgresql://", "postgresql+psycopg2://")
    )
    with app.app_context():
        DeskBase.metadata.create_all(db.engine)

    yield app

    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def desk(desk_app):
    """A request of a visitor; the tables are empty before and after."""
    with desk_app.test_request_context():
        yield desk_app

        db.session.rollback()
        for table in reversed(DeskBase.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
        db.session.remove()


@pytest.fixture
def add(desk):
    """A function that stores rows."""

    def add_rows(*rows):
        db.session.add_all(rows)
        db.session.commit()

    return add_rows


@pytest.fixture
def gate():
    return Gate(Ticket)


@pytest.fixture
def read_state(gate):
    """A function that reads a list's state from a query string's parameters."""

    def read(*pairs: tuple[str, str]) -> ListState:
        rules = ListRules(fields=gate.fields(), columns=("title",))
        return ListState.parse(MultiDict(pairs), rules)

    return read
