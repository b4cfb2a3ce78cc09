"""Runs the migrations on Bureau's own database; adopted databases are never touched.

Alembic loads this file for every `flask --app run db …`, always inside an application context.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

from app.core.database import is_of_a_model

# Any number will do, as long as every release asks PostgreSQL for the same lock.
MIGRATION_LOCK = 7_233_041_188


def render_item(kind: str, item: Any, autogenerate: Any) -> str | bool:
    """Write our own column types as what they are in the database.

    A migration must mean the same for ever, so it imports nothing of the application.
    """
    if kind != "type" or not isinstance(item, sa.types.TypeDecorator):
        return False
    stored = item.impl_instance
    if isinstance(stored, sa.DateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(stored, sa.JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        binary = "postgresql.JSONB(none_as_null=True)"
        return f"sa.JSON(none_as_null=True).with_variant({binary}, 'postgresql')"
    return f"sa.{stored!r}"


def drop_empty_revision(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no file when the models and the database agree."""
    script = directives[0]
    if getattr(context.config.cmd_opts, "autogenerate", False) and script.upgrade_ops.is_empty():
        directives[:] = []


@contextmanager
def exclusive(connection: sa.Connection) -> Iterator[None]:
    """One migration at a time on PostgreSQL; on SQLite, none that cascades through a rebuild.

    Altering a SQLite table means building it anew and dropping the old one, and dropping it with
    foreign keys switched on would delete the rows that point to it.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
        connection.commit()
        try:
            yield
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
            connection.commit()
        return
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.commit()
    try:
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"the migration leaves rows that point nowhere: {broken[:5]}")
    finally:
        connection.rollback()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()


def run() -> None:
    """Bring the database to the revision that was asked for."""
    extension = current_app.extensions["migrate"]
    options = {"process_revision_directives": drop_empty_revision} | extension.configure_args
    with extension.db.engine.connect() as connection, exclusive(connection):
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            include_object=is_of_a_model,
            render_item=render_item,
            compare_server_default=False,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migrations look at the database; there is no offline mode.")
run()
