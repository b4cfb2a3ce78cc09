"""The databases: a PostgreSQL of the bench's own, or the one that the environment names."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
from werkzeug.security import generate_password_hash

from bench.crm import data
from bench.plain import tables
from tests import services

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
COUNTER = "pg_stat_statements"
# The same for everybody, and steady: no work of the database's own between two measurements.
OPTIONS = (
    "shared_buffers=1GB",
    "work_mem=32MB",
    "maintenance_work_mem=512MB",
    "random_page_cost=1.1",
    "max_wal_size=4GB",
    "jit=off",
    "autovacuum=off",
)
TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "START")


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of the maintenance database of a server."""
    given = os.environ.get("BENCH_DATABASE_URL")
    if given:
        yield given
        return
    with contextlib.ExitStack() as stack:
        try:
            counting = f"shared_preload_libraries={COUNTER}"
            url = stack.enter_context(services.postgres(*OPTIONS, counting))
        except services.ServiceError:
            # Not every build has the library; then statements are not counted.
            url = stack.enter_context(services.postgres(*OPTIONS))
        yield url


def database(server: str, name: str) -> str:
    """The URL of a database of that server."""
    return (
        sa.make_url(server)
        .set(database=name, drivername="postgresql")
        .render_as_string(hide_password=False)
    )


def engine_of(url: str) -> sa.Engine:
    """An engine that asks what is stored now."""
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg2:", 1))


@contextlib.contextmanager
def _maintenance(server: str) -> Iterator[sa.Connection]:
    engine = engine_of(server)
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
    engine.dispose()


def make_database(server: str, name: str) -> str:
    """The URL of the database of this name, made empty unless it is there."""
    with _maintenance(server) as connection:
        statement = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.scalar(statement, {"name": name}) is None:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return database(server, name)


def fill_plain(url: str, contacts: int) -> None:
    """Make the tables that the peers share, unless they are there."""
    engine = engine_of(url)
    base = declarative_base()
    account = tables.define(base).Account
    if not sa.inspect(engine).has_table("contact"):
        base.metadata.create_all(engine)
        with engine.begin() as connection:
            data.load(connection, contacts, prefix="")
            password = generate_password_hash(data.PASSWORD)
            values = {"username": data.USER, "password": password, "role": "admin"}
            connection.execute(sa.insert(account).values(values))
    engine.dispose()


def tidy(url: str) -> None:
    """Let the database know its tables, and read none of them from the disk later."""
    engine = engine_of(url)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        is_postgresql = engine.dialect.name == "postgresql"
        connection.exec_driver_sql("VACUUM ANALYZE" if is_postgresql else "ANALYZE")
    engine.dispose()


class StatementCounter:
    """Counts what one database is asked, apart from the ends of transactions."""

    def __init__(self, server: str, name: str) -> None:
        self._engine = engine_of(server)
        self._name = name
        with _maintenance(server) as connection:
            available = sa.text("SELECT 1 FROM pg_available_extensions WHERE name = :name")
            loaded = str(connection.scalar(sa.text("SHOW shared_preload_libraries")))
            is_there = connection.scalar(available, {"name": COUNTER}) is not None
            self.works = is_there and COUNTER in loaded
            if self.works:
                connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {COUNTER}")

    def begin(self) -> None:
        """Count from now on."""
        if self.works:
            self._ask(
                f"SELECT {COUNTER}_reset(0, oid, 0) FROM pg_database WHERE datname = :name",
            )

    def end(self) -> int | None:
        """How many there were; None where nobody counts."""
        if not self.works:
            return None
        rows = self._ask(
            f"SELECT query, calls FROM {COUNTER} JOIN pg_database d ON d.oid = dbid"
            " WHERE datname = :name"
        )
        return sum(
            int(calls)
            for query, calls in rows
            if not query.lstrip().upper().startswith(TRANSACTIONS)
        )

    def close(self) -> None:
        self._engine.dispose()

    def _ask(self, statement: str) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.text(statement), {"name": self._name}).all())


class NoCounter(StatementCounter):
    """Counts nothing: SQLite keeps no statistics of its statements."""

    def __init__(self) -> None:
        self.works = False

    def close(self) -> None:
        """Nothing to close."""


def sqlite_url(folder: Path) -> str:
    """The URL of a SQLite database in a folder."""
    return f"sqlite:///{folder / 'contacts.sqlite'}"
