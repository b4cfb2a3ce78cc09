"""What every test may ask for; the fixtures themselves are in `tests/fixtures/`, by subject."""

from __future__ import annotations

import contextlib
import os
import signal

import flask
import pytest

from tests import services

# One that imports another stands after it, so that pytest explains failed assertions in both.
pytest_plugins = [
    "tests.fixtures.people",
    "tests.fixtures.database",
    "tests.fixtures.adopted",
    "tests.fixtures.mail",
    "tests.fixtures.server",
    "tests.fixtures.browser",
    "tests.fixtures.properties",
    "tests.fixtures.zoo",
    "tests.fixtures.archive",
    "tests.fixtures.attic",
    "tests.fixtures.chinook",
]

SHARED_SERVICES = pytest.StashKey[contextlib.ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the services once for all worker processes, which inherit our environment."""
    # Whoever ends the tests early lets them stop their services, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not getattr(config.option, "numprocesses", None):
        return
    stack = config.stash[SHARED_SERVICES] = contextlib.ExitStack()
    for name, service in {
        "TEST_DATABASE_URL": services.postgres,
        "TEST_REDIS_URL": services.redis,
    }.items():
        if not os.environ.get(name):
            os.environ[name] = stack.enter_context(service())
            stack.callback(os.environ.pop, name)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what we have started."""
    config.stash.get(SHARED_SERVICES, contextlib.ExitStack()).close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of the database on SQLite, or where its marker says so on PostgreSQL as well."""
    if "database" not in metafunc.fixturenames:
        return
    backends = ["sqlite"]
    if metafunc.definition.get_closest_marker("both_databases"):
        backends = ["sqlite", "postgresql"]
    elif metafunc.definition.get_closest_marker("postgresql"):
        backends = ["postgresql"]
    metafunc.parametrize("database", backends, indirect=True, scope="session")


@pytest.fixture(autouse=True)
def no_leaked_context():
    """A test that leaves an application context behind would change what the next one sees."""
    yield

    assert not flask.has_app_context()
