"""Lets the sessions of the application write history."""

from __future__ import annotations

from flask_sqlalchemy.session import Session
from sqlalchemy import event

from app.core.history.recorder import collect_changes, forget_changes, write_changes
from app.core.history.scope import forget_operations, keep_operations
from app.core.history.statements import record_statement

LISTENERS = (
    ("before_flush", collect_changes),
    ("after_flush", write_changes),
    ("do_orm_execute", record_statement),
    ("after_commit", keep_operations),
    ("after_soft_rollback", forget_changes),
    ("after_transaction_end", forget_operations),
)


def init_history() -> None:
    """Follow every flush and every set statement; a second application changes nothing."""
    for name, listener in LISTENERS:
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)
