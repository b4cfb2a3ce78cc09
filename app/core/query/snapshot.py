"""Lets several statements show the database as it is at one moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

BEGINNINGS = {
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    # Python's driver begins a transaction for what writes only.
    "sqlite": "BEGIN",
}


def begin_snapshot(session: Session, mapper: Any) -> None:
    """Begin a transaction whose statements all see the same rows, whatever others commit.

    What was done before is committed: this is decided before a transaction's first statement.
    """
    session.commit()
    connection = session.connection(bind_arguments={"mapper": mapper})
    # A transaction inside of another sees what that one sees.
    if not connection.in_nested_transaction():
        connection.exec_driver_sql(BEGINNINGS[connection.dialect.name])
