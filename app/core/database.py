"""Binds the database and sets what each kind of database needs on every connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url

from app.core.connections import watch_connections
from app.core.limits import DEFAULT_SECONDS, LOCK_SECONDS, limit_requests
from app.extensions import db, migrate

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
BUSY_TIMEOUT_MS = LOCK_SECONDS * 1000


def init_database(app: Flask) -> None:
    """Bind Flask-SQLAlchemy and Flask-Migrate; open no connection."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    with app.app_context():
        for name, engine in db.engines.items():
            if engine.dialect.name == "sqlite":
                _prepare_sqlite(engine, owned=name is None)
            else:
                watch_connections(engine)
            limit_requests(engine, app.config.get("BUREAU_STATEMENT_SECONDS", DEFAULT_SECONDS))


def is_in_memory(url: str) -> bool:
    """Whether the URL names a SQLite database that lives only in this process."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")


def is_of_a_model(found: Any, name: str, kind: str, reflected: bool, _other: Any) -> bool:
    """Whether a part of the database is to be as a model says; Alembic asks when it compares.

    What `flask index` makes is not, nor what PostgreSQL alone keeps of texts to find words in them.
    """
    is_made_apart = (
        (kind == "table" and "_fts" in name)
        or (kind == "index" and name.endswith(("_trgm", "_words")))
        or (kind == "column" and isinstance(found.type, postgresql.TSVECTOR))
    )
    return not (reflected and is_made_apart)


def _prepare_sqlite(engine: Engine, *, owned: bool) -> None:
    """Make SQLite keep foreign keys and wait for a lock instead of failing at once.

    Write-ahead logging changes the file's header, so only our own database gets it: an adopted
    one is left exactly as its owner made it.
    """

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        if owned:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.close()
