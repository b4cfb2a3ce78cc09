"""Advances the version of all rights in every transaction that changes one of them.

Which tables a transaction has written is known from `app.core.changes`, whoever wrote them: a
screen, the REST API, FAB's commands, or a statement on many rows.
"""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import current_app, has_app_context
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from app.core.changes import open_transaction, tag_of
from app.security.factors.models import RolePolicy
from app.security.models import THE_ROW, RightsVersion
from app.security.rights.sets import RIGHTS_TABLES

VERSIONED_TABLES = RIGHTS_TABLES | {RolePolicy.__tablename__}
"""What is kept under the version of all rights is made from these."""

_KEY = "bureau_deleted_users"


def watch_rights() -> None:
    """Begin to watch the sessions of this process; a second application changes nothing."""
    for name, listener in (
        ("do_orm_execute", _note_deleted_users),
        ("after_flush", _note_deleted_user),
        ("before_commit", _advance),
        ("after_transaction_end", _forget),
    ):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def _note_deleted_users(state: ORMExecuteState) -> None:
    # SQLite may give the key of a deleted user to the next one.
    statement = state.statement
    if isinstance(statement, sa.Delete) and tag_of(statement.table) == User.__tablename__:
        state.session.info[_KEY] = True


def _note_deleted_user(session: Session, _context: Any) -> None:
    if any(isinstance(row, User) for row in session.deleted):
        session.info[_KEY] = True


def _advance(session: Session) -> None:
    """Write the new version as the last thing, so that its row is locked for a moment only.

    The number is drawn and not counted: a transaction that is rolled back, or a backup that is
    restored, must not lead to a number that a cached set already bears.
    """
    # The sessions of an application without accounts have no rights to speak of.
    is_bare = has_app_context() and "appbuilder" not in current_app.extensions
    if session.in_nested_transaction() or is_bare:
        return
    session.flush()
    transaction = open_transaction(session)
    if transaction is None:
        return
    if session.info.get(_KEY) or transaction.has_changed(VERSIONED_TABLES):
        statement = sa.update(RightsVersion).where(RightsVersion.id == THE_ROW)
        session.execute(
            statement.values(value=secrets.randbelow(2**62)),
            execution_options={"synchronize_session": False},
        )


def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_KEY, None)
