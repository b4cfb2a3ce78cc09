"""Nobody gives a right that they do not hold, changes their own, or locks the last admin out.

It is enforced where statements reach the database, in every request: a screen, the REST API, undo,
a bulk action and an import write the same few tables, whatever way they take. Each statement on
one of them is judged before it runs, by what the user's roles allowed when the request began.
Commands and migrations, which no request runs, are free.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, has_request_context
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    User,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)
from flask_babel import gettext as _
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update, UpdateBase

from app.core.errors import Conflict, Forbidden
from app.extensions import db
from app.security.accounts import Account, current_account, current_rights, rights_to_give
from app.security.models import THE_ROW, RightsVersion
from app.security.rights.holders import admin_role, has_admin, pairs_of_roles, pairs_of_users
from app.security.rights.naming import names_of
from app.security.rights.sets import VISITOR, Rights, roles_of
from app.security.rights.writes import Unreadable, Write, columns_set, read_write, table_of
from app.security.sessions.proof import require_confirmation

BOOKKEEPING = frozenset(
    "last_login login_count fail_login_count".split()
    + "created_on changed_on created_by_fk changed_by_fk".split()
)
"""Columns of a user that say what has happened; nobody gains anything by them."""

FOUND_BY = frozenset({"username", "email"})
"""Columns of a user by which a new password is asked for, and sent."""

MANAGED = frozenset({"User", "Role", "Group", "Permission"})
"""A visitor who may change one of these is judged as any user is."""

WRITING_TEXT = re.compile(r"\s*(insert|update|delete|replace|merge|with|copy|truncate)\b", re.I)

_FREE = "bureau_given_by_site"
_HAD_ADMIN = "bureau_had_admin"

Keys = Collection[int]


def watch_grants() -> None:
    """Begin to judge the statements of this process; a second application changes nothing."""
    for target, name, listener in (
        (Engine, "before_cursor_execute", _judge),
        (Session, "before_commit", _keep_an_admin),
    ):
        if not event.contains(target, name, listener):
            event.listen(target, name, listener)


@contextmanager
def given_by_the_site() -> Iterator[None]:
    """Let the settings give rights, and not whoever sends the request: at registration, by LDAP."""
    before = g.get(_FREE, False)
    setattr(g, _FREE, True)
    try:
        yield
    finally:
        setattr(g, _FREE, before)


def lacking_for(user_ids: Keys) -> Rights:
    """The rights that roles give these users, and none gives whoever makes the request."""
    return pairs_of_users(db.session.connection(), user_ids) - rights_to_give()


def require_reach(user_id: int) -> None:
    """Raise `Forbidden` where a user holds a right that whoever makes the request does not.

    Who could edit, impersonate or sign in as such a user would have that right, too.
    """
    lacking = lacking_for([user_id])
    if lacking:
        raise _out_of_reach(lacking)


def own_roles() -> set[int]:
    """The roles that whoever makes the request holds; nobody changes these for themselves."""
    connection = db.session.connection()
    return Granter(connection, current_account(), rights_to_give()).own_roles()


def fixed_names() -> frozenset[str]:
    """The names of the roles that the settings refer to."""
    names = ("AUTH_ROLE_ADMIN", "AUTH_ROLE_PUBLIC")
    return frozenset(str(current_app.config[name]) for name in names)


# One statement


def _judge(
    connection: Connection, _cursor: Any, text: str, _values: Any, context: Any, _many: bool
) -> None:
    table = table_of(context)
    rule = RULES.get(table) if table is not None else _rule_of_text(text, context)
    if rule is None or not has_request_context() or g.get(_FREE):
        return
    if table is not None and _says_nothing(context, table):
        return
    granter = _find_granter(connection)
    if granter is None:
        return
    if table is None:
        raise Forbidden(_("Rights cannot be changed this way."))
    if table is not User.__table__ or columns_set(context, table) & FOUND_BY:
        # What else is confirmed of an account itself its own screens know.
        require_confirmation()
    try:
        rule(granter, read_write(connection, context, table))
    except Unreadable as error:
        raise Forbidden(_("Rights cannot be changed this way.")) from error


def _says_nothing(context: Any, table: sa.Table) -> bool:
    """Whether a statement only locks rows, or keeps the books of a user's log-ins."""
    if not isinstance(context.invoked_statement, Update):
        return False
    columns = columns_set(context, table)
    return not columns or (table is User.__table__ and columns <= BOOKKEEPING)


def _rule_of_text(text: str, context: Any) -> Rule | None:
    """SQL written by hand does not tell what it gives; nothing of ours writes rights so."""
    written = context.compiled.statement if context.compiled else None
    if isinstance(written, (sa.SelectBase, UpdateBase)) or not WRITING_TEXT.match(text):
        return None
    return _refuse if any(table.name in text for table in RULES) else None


class Granter:
    """Whoever makes the request, and what their roles allowed them when it began."""

    def __init__(self, connection: Connection, account: Account | None, rights: Rights) -> None:
        self.connection = connection
        # Whoever acts as somebody else is themselves, too.
        self.ids = set() if account is None else {account.user_id, account.real_user_id}
        self.oneself = set() if account is None else {account.real_user_id}
        self.rights = rights

    def column(self, statement: Any) -> set[int]:
        """The values of the one column that a statement selects."""
        return set(self.connection.scalars(statement))

    def own_roles(self) -> set[int]:
        """The roles that the granter holds; not the one of everybody."""
        public = sa.select(Role.id).where(Role.name == current_app.config["AUTH_ROLE_PUBLIC"])
        held = sa.union(*(roles_of(key) for key in self.ids or {VISITOR})).subquery()
        return self.column(sa.select(held.c[0]).where(held.c[0].not_in(public)))

    def own_groups(self) -> set[int]:
        """The groups that the granter is in."""
        link = assoc_user_group.c
        return self.column(sa.select(link.group_id).where(link.user_id.in_(self.ids)))

    def require_pairs(self, pairs: Rights) -> None:
        """Raise unless the granter holds all of these."""
        lacking = pairs - self.rights
        if lacking:
            raise Forbidden(
                _(
                    "You can give or take only rights that you have yourself. You lack %(rights)s.",
                    rights=names_of(lacking),
                )
            )

    def require_roles(self, roles: Keys) -> None:
        """Raise unless the granter holds all that these roles give."""
        self.require_pairs(pairs_of_roles(self.connection, roles))

    def require_reach(self, users: Keys) -> None:
        """Raise where one of these users holds more than the granter."""
        lacking = pairs_of_users(self.connection, users) - self.rights
        if lacking:
            raise _out_of_reach(lacking)

    def refuse_oneself(self, users: Keys) -> None:
        """Raise where the granter is among those whose rights are changed."""
        if not self.ids.isdisjoint(users):
            raise self.own_rights()

    def own_rights(self) -> Forbidden:
        """The refusal to change what the granter may do."""
        return Forbidden(_("Nobody can change their own rights. Ask another administrator."))


def _find_granter(connection: Connection) -> Granter | None:
    with db.session.no_autoflush:
        account, rights, given = current_account(), current_rights(), rights_to_give()
    if account is None and not any(subject in MANAGED for _verb, subject in rights):
        # A visitor has no screen to change rights with; what writes here is the log-in itself.
        return None
    if _HAD_ADMIN not in g:
        setattr(g, _HAD_ADMIN, has_admin(connection))
    return Granter(connection, account, given)


def _out_of_reach(lacking: Rights) -> Forbidden:
    return Forbidden(
        _(
            "This account has rights that you do not have: %(rights)s. "
            "Ask somebody who has them to do this.",
            rights=names_of(lacking),
        )
    )


# The rules, one for each table

Rule = Callable[[Granter, Write], None]


def _judge_user_roles(granter: Granter, write: Write) -> None:
    users, roles = _keys(write, "user_id"), _keys(write, "role_id")
    granter.refuse_oneself(users)
    granter.require_roles(roles)
    granter.require_reach(users)


def _judge_user_groups(granter: Granter, write: Write) -> None:
    users, groups = _keys(write, "user_id"), _keys(write, "group_id")
    granter.refuse_oneself(users)
    link = assoc_group_role.c
    granter.require_roles(granter.column(sa.select(link.role_id).where(link.group_id.in_(groups))))
    granter.require_reach(users)


def _judge_group_roles(granter: Granter, write: Write) -> None:
    if _keys(write, "group_id") & granter.own_groups():
        raise granter.own_rights()
    granter.require_roles(_keys(write, "role_id"))


def _judge_groups(granter: Granter, write: Write) -> None:
    if write.after:
        return
    gone = _keys(write, "id")
    if gone & granter.own_groups():
        raise granter.own_rights()
    roles, members = assoc_group_role.c, assoc_user_group.c
    granter.require_roles(granter.column(sa.select(roles.role_id).where(roles.group_id.in_(gone))))
    granter.require_reach(
        granter.column(sa.select(members.user_id).where(members.group_id.in_(gone)))
    )


def _judge_role_rights(granter: Granter, write: Write) -> None:
    roles = _keys(write, "role_id")
    admin = granter.column(admin_role())
    if roles & admin:
        raise Conflict(_("The administrators' role always has all rights."))
    if roles & granter.own_roles():
        raise granter.own_rights()
    statement = (
        sa.select(Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(PermissionView.id.in_(_keys(write, "permission_view_id")))
    )
    found = granter.connection.execute(statement)
    granter.require_pairs(frozenset((name, subject) for name, subject in found))


def _judge_roles(granter: Granter, write: Write) -> None:
    names = {str(row.get("name")) for row in write.rows}
    if names & fixed_names() and (not write.columns or _renames(write)):
        raise Conflict(_("This role keeps its name and cannot be deleted: the settings name it."))
    roles = _keys(Write(write.table, write.before), "id")
    if roles & granter.own_roles():
        raise granter.own_rights()
    granter.require_roles(roles)


def _renames(write: Write) -> bool:
    """Whether a role gets another name; FAB and forms may write the one that it has."""
    return {row["name"] for row in write.before} != {row.get("name") for row in write.after}


def _judge_users(granter: Granter, write: Write) -> None:
    if write.before and not write.after:
        gone = _keys(write, "id")
        _refuse_locking_out(granter, gone)
        granter.require_reach(gone)
        return
    if not write.before:
        return
    changed = _keys(Write(write.table, write.before), "id")
    if "active" in write.columns and not all(row.get("active") for row in write.after):
        _refuse_locking_out(granter, changed)
    # The account that one acts as may have been given more since that began.
    granter.require_reach(changed - granter.oneself)


def _refuse_locking_out(granter: Granter, users: Keys) -> None:
    if not granter.ids.isdisjoint(users):
        raise Conflict(_("You cannot lock yourself out."))


def _refuse(_granter: Granter, _write: Write) -> None:
    raise Forbidden(_("Rights cannot be changed this way."))


RULES: Mapping[Any, Rule] = {
    assoc_user_role: _judge_user_roles,
    assoc_user_group: _judge_user_groups,
    assoc_group_role: _judge_group_roles,
    assoc_permissionview_role: _judge_role_rights,
    Group.__table__: _judge_groups,
    Role.__table__: _judge_roles,
    User.__table__: _judge_users,
    # What permissions there are is declared by views, and written by a command.
    Permission.__table__: _refuse,
    PermissionView.__table__: _refuse,
    ViewMenu.__table__: _refuse,
}


def _keys(write: Write, name: str) -> set[int]:
    found = {row.get(name) for row in write.rows}
    if not all(isinstance(key, int) for key in found):
        raise Unreadable
    return {key for key in found if isinstance(key, int)}


# The last administrator


def _keep_an_admin(session: Session) -> None:
    """Raise `Conflict` where the transaction leaves no administrator who can sign in.

    The row of the version is locked first. So of two administrators who shut each other out at
    the same time, the second finds what the first has done.
    """
    if session.in_nested_transaction() or not has_request_context():
        return
    session.flush()
    if not g.get(_HAD_ADMIN) or g.get(_FREE):
        return
    lock = sa.update(RightsVersion).where(RightsVersion.id == THE_ROW)
    options = {"synchronize_session": False}
    session.execute(lock.values(value=RightsVersion.value), execution_options=options)
    if not has_admin(session.connection()):
        raise Conflict(_("Somebody must remain who can administer: this is the last one."))
    g.pop(_HAD_ADMIN)
