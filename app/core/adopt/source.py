"""Opens the database to adopt, in a way that cannot write to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from app.core.adopt.errors import AdoptError

DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "postgresql+psycopg2": "postgresql+psycopg2",
}
CONNECT_TIMEOUT_SECONDS = 10
# A probe of a huge table must not hold up the adoption; what it wanted to know stays unknown.
STATEMENT_TIMEOUT_MS = 20_000
EXAMPLES = "sqlite:///shop.sqlite or postgresql://user:password@host/shop"


def parse_url(text: str, here: Path) -> URL:
    """The URL of the database, with the path of a SQLite file made absolute from `here`."""
    try:
        url = make_url(text)
        driver = DRIVERS.get(url.drivername)
    except (ArgumentError, ValueError):
        raise AdoptError(f"This is not a database URL, such as {EXAMPLES}.") from None
    if driver is None:
        raise AdoptError(
            f"Bureau has no driver for {url.drivername!r}; it adopts {EXAMPLES} databases."
        )
    if driver == "sqlite":
        return URL.create("sqlite", database=str(_sqlite_file(url, here)))
    if not url.database:
        raise AdoptError("The URL names no database; it ends in /name.")
    return url.set(drivername="postgresql")


def read_only_options(url: URL) -> dict[str, Any]:
    """The arguments of `create_engine` for connections that the database lets nothing write."""
    if url.drivername == "sqlite":
        path = quote(str(url.database))
        return {
            "url": URL.create(
                "sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"}
            ),
            "connect_args": {"check_same_thread": False},
        }
    return {
        "url": url.set(drivername=DRIVERS[url.drivername]),
        "connect_args": {"connect_timeout": CONNECT_TIMEOUT_SECONDS},
        "execution_options": {"postgresql_readonly": True},
    }


@contextmanager
def open_read_only(url: URL) -> Iterator[Connection]:
    """A connection that refuses to write; what goes wrong on it ends in an `AdoptError`."""
    engine = sa.create_engine(poolclass=sa.pool.NullPool, **read_only_options(url))
    try:
        with engine.connect() as connection:
            if url.drivername != "sqlite":
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            yield connection
    except SQLAlchemyError as error:
        raise AdoptError(
            f"Cannot read {url.render_as_string(hide_password=True)}: {reason(error)}"
        ) from error
    finally:
        engine.dispose()


def reason(error: Exception) -> str:
    """What the database itself said, on one line, without the statement."""
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    lines = [line.strip() for line in str(origin).splitlines() if line.strip()]
    return lines[0] if lines else type(origin).__name__


def _sqlite_file(url: URL, here: Path) -> Path:
    if url.database in (None, "", ":memory:"):
        raise AdoptError("The URL names no file; a database in memory cannot be adopted.")
    if url.database.startswith("file:"):
        raise AdoptError("Write the plain path of the SQLite file: sqlite:///path/to/file.sqlite.")
    path = (here / url.database).resolve()
    if not path.is_file():
        raise AdoptError(f"There is no file {path}.")
    return path
