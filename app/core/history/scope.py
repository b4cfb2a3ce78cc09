"""Which operation the changes of a transaction belong to."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import has_request_context, request
from sqlalchemy.orm import Session, SessionTransaction

from app.core.actors import real_user_id
from app.core.clock import now
from app.core.history.models import Operation, Source
from app.core.models import current_user_id
from app.core.telemetry import request_id
from app.extensions import db

MAX_ACTION = 100
_KEY = "bureau_operations"
_LAST = "bureau_last_operation"


class Unrecorded(TypeError):
    """A way of changing rows that would leave no history; the message names another one."""


@dataclass(eq=False)
class Scope:
    """An operation, whether or not it has changed anything yet."""

    source: Source
    action: str
    undoes_id: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    is_committed: bool = False
    transaction: SessionTransaction | None = None
    """The open transaction or savepoint that holds its row."""

    @property
    def is_written(self) -> bool:
        """Whether its row is there, for this transaction at least."""
        return self.is_committed or self.transaction is not None


@dataclass
class _Operations:
    """The operations of one session."""

    named: list[Scope] = field(default_factory=list)
    unnamed: Scope | None = None
    written: list[Scope] = field(default_factory=list)
    """Those that the open transaction has changed something for; the last one at the end."""


@contextmanager
def operation(
    action: str, source: Source | None = None, *, undoes_id: uuid.UUID | None = None
) -> Iterator[uuid.UUID]:
    """Let the changes made inside belong to one operation of this name; gives its id.

    A commit inside does not end it. What waits to be flushed goes to whom it belongs: at the start
    to the operation around this one, at the end to this one.
    """
    session = db.session()
    session.flush()
    named = _operations(session).named
    scope = Scope(source or _source(), action[:MAX_ACTION], undoes_id)
    named.append(scope)
    try:
        yield scope.id
        session.flush()
    finally:
        named.remove(scope)
        _tidy(session)


def written_scope(session: Session) -> Scope:
    """The operation of this transaction; its row is written now if it is not there yet."""
    scope, row = opened_scope(session)
    if row is not None:
        connection_for_history(session).execute(Operation.__table__.insert(), row)
    return scope


def opened_scope(session: Session) -> tuple[Scope, dict[str, Any] | None]:
    """The operation of this transaction, and its row where the caller has to write that."""
    operations = _operations(session)
    if operations.named:
        scope = operations.named[-1]
    else:
        scope = operations.unnamed = operations.unnamed or Scope(_source(), _action())
    row = None
    if not scope.is_written:
        row = _row(scope)
        # Without a connection the session may not have begun its transaction yet.
        connection_for_history(session)
        scope.transaction = session.get_nested_transaction() or session.get_transaction()
    if scope in operations.written:
        operations.written.remove(scope)
    operations.written.append(scope)
    return scope, row


def last_operation_id() -> uuid.UUID | None:
    """The operation whose changes this session committed last, for the offer to undo it."""
    found: uuid.UUID | None = db.session().info.get(_LAST)
    return found


def connection_for_history(session: Session) -> Any:
    """The connection of Bureau's own database in the session's transaction."""
    return session.connection(bind_arguments={"mapper": Operation.__mapper__})


def keep_operations(session: Session) -> None:
    """After a commit what was written stays; after that of a savepoint, for the one around it."""
    operations: _Operations | None = session.info.get(_KEY)
    if operations is None:
        return
    savepoint = session.get_nested_transaction()
    if savepoint is not None:
        for scope in operations.written:
            if scope.transaction is savepoint:
                scope.transaction = savepoint.parent
        return
    for scope in operations.written:
        scope.is_committed, scope.transaction = True, None
        session.info[_LAST] = scope.id
    operations.written.clear()


def forget_operations(session: Session, transaction: SessionTransaction) -> None:
    """At the end of a transaction: what is still written in it was rolled back."""
    operations: _Operations | None = session.info.get(_KEY)
    if operations is None:
        return
    for scope in list(operations.written):
        if scope.transaction is transaction:
            scope.transaction = None
            operations.written.remove(scope)
    if transaction.parent is None:
        operations.written.clear()
        operations.unnamed = None
        _tidy(session)


def _operations(session: Session) -> _Operations:
    found: _Operations = session.info.setdefault(_KEY, _Operations())
    return found


def _tidy(session: Session) -> None:
    operations: _Operations | None = session.info.get(_KEY)
    if operations is not None and operations == _Operations():
        del session.info[_KEY]


def _row(scope: Scope) -> dict[str, Any]:
    return {
        "id": scope.id,
        "at": now(),
        "user_id": current_user_id(),
        "real_user_id": real_user_id(),
        "source": scope.source,
        "action": scope.action,
        "request_id": request_id() or None,
        "undoes_id": scope.undoes_id,
    }


def _source() -> Source:
    if not has_request_context():
        return Source.COMMAND
    return Source.API if request.path.startswith("/api/") else Source.SCREEN


def _action() -> str:
    if not has_request_context():
        return "command"
    return (request.endpoint or "request")[:MAX_ACTION]
