"""Reading the record, and getting past the triggers that protect it."""

from __future__ import annotations

import contextlib

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.security.audit.models import SecurityEvent


@pytest.fixture
def events():
    """`events(app, kind)` are the events of a kind, the oldest first; of all kinds without one."""

    def read(app, kind=None):
        with app.app_context():
            statement = sa.select(SecurityEvent).order_by(SecurityEvent.id)
            if kind is not None:
                statement = statement.where(SecurityEvent.kind == kind)
            found = db.session.scalars(statement).all()
            db.session.remove()
        return found

    return read


@pytest.fixture
def tamper():
    """`tamper(app, *statements)` runs SQL as whoever owns the database, without the triggers."""

    def run(app, *statements):
        with app.app_context(), db.engine.begin() as connection, unguarded(connection):
            for statement in statements:
                connection.exec_driver_sql(statement)

    return run


@contextlib.contextmanager
def unguarded(connection):
    """Without the triggers of the record's tables."""
    if connection.dialect.name == "postgresql":
        for verb in ("DISABLE", "ENABLE"):
            for table in ("security_event", "security_event_head"):
                connection.exec_driver_sql(f"ALTER TABLE {table} {verb} TRIGGER USER")
            if verb == "DISABLE":
                yield
        return
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
        "AND tbl_name IN ('security_event', 'security_event_head')"
    ).all()
    assert len(found) == 3
    for name, _sql in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _name, sql in found:
        connection.exec_driver_sql(sql)
