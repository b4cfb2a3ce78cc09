"""Notices what a session changes of accounts, roles, groups and rights, and says it in words.

Rows are looked at before they are flushed, whoever changed them: a screen, the REST API, undoing,
an import or one of FAB's commands. Statements on many rows tell less, and are recorded with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from flask import current_app, has_app_context
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import Group, PermissionView, Role, User
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, PassiveFlag, Session, attributes
from sqlalchemy.sql.dml import UpdateBase

from app.core.changes import tag_of
from app.security.audit.record import note
from app.security.rights.sets import RIGHTS_TABLES

LINKS = {
    User: ("roles", "groups"),
    Group: ("roles",),
    Role: ("permissions",),
}
"""The links by which rights come to people, each looked at from one of its sides."""
BACK_LINKS = {Role: (("user", "roles"), ("groups", "roles")), Group: (("users", "groups"),)}
"""The same links from the other side: the name there, and the name here."""
WORDS = {User: "account", Role: "role", Group: "group"}
PERSONAL = ("username", "first_name", "last_name", "email")
_PASSIVE = PassiveFlag.PASSIVE_NO_INITIALIZE | PassiveFlag.INCLUDE_PENDING_MUTATIONS
_ACCOUNTS = User.__tablename__
_COUNTERS = frozenset({"last_login", "login_count", "fail_login_count", "changed_on"})


def watch_accounts() -> None:
    """Begin to watch the sessions of this process; a second application changes nothing."""
    for name, listener in (("before_flush", _note_rows), ("do_orm_execute", _note_statement)):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


def permission_in_words(pair: PermissionView) -> str:
    """A permission as `edit Post`."""
    verb = str(pair.permission.name if pair.permission else "?").removeprefix(PERMISSION_PREFIX)
    return f"{verb} {pair.view_menu.name if pair.view_menu else '?'}"


def _note_rows(session: Session, _context: Any, _instances: Any) -> None:
    if not _has_accounts():
        return
    rows = [*session.new, *session.dirty, *session.deleted]
    watched = [row for row in rows if type(row) in WORDS]
    if not watched:
        return
    with session.no_autoflush:
        links = _changed_links(watched)
        for row in watched:
            given, taken = links.pop(row, ({}, {}))
            _note_row(session, row, given, taken)
        # What only the other side of a link knows of.
        for row, (given, taken) in links.items():
            _note_links(session, row, given, taken)


def _note_row(session: Session, row: Any, given: Any, taken: Any) -> None:
    word = WORDS[type(row)]
    if row in session.deleted:
        note(session, f"{word}-deleted", target=row)
        return
    if row in session.new:
        active = row.active if isinstance(row, User) else None
        note(session, f"{word}-added", target=row, active=active, given=given or None)
        return
    if isinstance(row, User):
        _note_account(session, row)
    elif names := _changed(row, ("name", "label", "description")):
        note(session, f"{word}-changed", target=row, fields=names)
    _note_links(session, row, given, taken)


def _note_account(session: Session, user: User) -> None:
    if _changed(user, ("password",)):
        note(session, "password-changed", target=user)
    if _changed(user, ("active",)):
        note(session, "account-enabled" if user.active else "account-disabled", target=user)
    # Their values are personal, and this record can never be emptied of them.
    if names := _changed(user, PERSONAL):
        note(session, "account-changed", target=user, fields=names)


def _note_links(session: Session, row: Any, given: Any, taken: Any) -> None:
    if given:
        note(session, "rights-given", target=row, **given)
    if taken:
        note(session, "rights-taken", target=row, **taken)


def _changed_links(rows: Iterable[Any]) -> dict[Any, tuple[dict[str, Any], dict[str, Any]]]:
    """What each row was given and what was taken from it, by the name of the link, in words."""
    found: dict[Any, tuple[dict[str, set[str]], dict[str, set[str]]]] = {}

    def add(holder: Any, place: int, link: str, other: Any) -> None:
        sides = found.setdefault(holder, ({}, {}))
        sides[place].setdefault(link, set()).add(_name(other))

    for row in rows:
        for link in LINKS[type(row)]:
            for place, other in _differences(row, link):
                add(row, place, link, other)
        for name, link in BACK_LINKS.get(type(row), ()):
            for place, other in _differences(row, name):
                add(other, place, link, row)
    return {row: (_listed(given), _listed(taken)) for row, (given, taken) in found.items()}


def _differences(row: Any, name: str) -> Iterator[tuple[int, Any]]:
    history = attributes.get_history(row, name, _PASSIVE)
    for place, others in enumerate((history.added, history.deleted)):
        for other in others or ():
            if other is not None:
                yield place, other


def _listed(links: dict[str, set[str]]) -> dict[str, list[str]]:
    return {link: sorted(names) for link, names in links.items()}


def _name(row: Any) -> str:
    return permission_in_words(row) if isinstance(row, PermissionView) else str(row.name)


def _changed(row: Any, names: Iterable[str]) -> list[str]:
    state = sa.inspect(row)
    return [
        name
        for name in names
        if name in state.attrs and attributes.get_history(row, name, _PASSIVE).has_changes()
    ]


def _note_statement(state: ORMExecuteState) -> None:
    """Record a statement that changes accounts or rights without naming rows one by one."""
    statement = state.statement
    if not isinstance(statement, UpdateBase) or not _has_accounts():
        return
    table = tag_of(statement.table)
    if table in RIGHTS_TABLES or (table == _ACCOUNTS and not _only_counts(statement)):
        note(
            state.session,
            "rights-changed" if table in RIGHTS_TABLES else "accounts-changed",
            table=table,
            statement=type(statement).__name__.removeprefix("Bulk").lower(),
            rows=_number_of_rows(state),
        )


def _only_counts(statement: Any) -> bool:
    """Whether an UPDATE only counts log-ins, as each log-in does."""
    values = getattr(statement, "_values", None)
    if not isinstance(statement, sa.Update) or not values:
        return False
    return {getattr(column, "key", column) for column in values} <= _COUNTERS


def _number_of_rows(state: ORMExecuteState) -> int | None:
    given: Any = state.parameters
    return len(given) if isinstance(given, list) else None


def _has_accounts() -> bool:
    return has_app_context() and "appbuilder" in current_app.extensions
