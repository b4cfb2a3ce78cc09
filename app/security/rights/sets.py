"""Who may do what: one set of (permission, subject) for each user, read with one statement.

A set is kept in this process and in the shared cache under the user and the version of all
rights. `load_user` reads that version afresh with every request, so a right that was taken away
is gone at the next request in every process, and yet nothing is asked again until then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)

from app.core.cache import cached
from app.core.changes import open_transaction
from app.extensions import db
from app.security.models import THE_ROW, RightsVersion

T = TypeVar("T")
Rights = frozenset[tuple[str, str]]

RIGHTS_TABLES: frozenset[str] = frozenset(
    {
        *(model.__tablename__ for model in (Group, Permission, PermissionView, Role, ViewMenu)),
        *(
            table.name
            for table in (
                assoc_group_role,
                assoc_permissionview_role,
                assoc_user_group,
                assoc_user_role,
            )
        ),
    }
)
"""Every change of one of these tables may change what somebody may do."""

VISITOR = 0
"""Stands for whoever is not signed in; no user has this key."""

_EXTENSION = "bureau_rights"
_KEPT_SETS = 4_000
_KEPT_PAIRS = 200_000


class RightsMemory:
    """What was asked last in this process; a version never comes back, so none of it gets wrong."""

    def __init__(self, size: int = _KEPT_SETS) -> None:
        self._size = size
        self._sets: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._distinct: WeakValueDictionary[int, Rights] = WeakValueDictionary()
        self._pairs: dict[tuple[str, str], tuple[str, str]] = {}
        self._lock = Lock()

    def find(self, key: tuple[str, int]) -> Any:
        """What is kept under (holder, version); None where nothing is."""
        with self._lock:
            if key in self._sets:
                self._sets.move_to_end(key)
            return self._sets.get(key)

    def keep(self, key: tuple[str, int], found: T) -> T:
        """Keep an answer, and forget the one that was not used for longest; give what was kept."""
        with self._lock:
            kept: Any = self._shared(found) if isinstance(found, frozenset) else found
            self._sets[key] = kept
            while len(self._sets) > self._size:
                self._sets.popitem(last=False)
            return cast("T", kept)

    def _shared(self, found: Rights) -> Rights:
        """The same set for all who may do the same, and in different sets the same pairs.

        Thousands of users have some hundred roles, each with up to thousands of rights.
        """
        same = self._distinct.get(hash(found))
        if same is not None and same == found:
            return same
        if len(self._pairs) > _KEPT_PAIRS:
            self._pairs.clear()
        shared = frozenset(self._pairs.setdefault(pair, pair) for pair in found)
        self._distinct[hash(shared)] = shared
        return shared


def rights_of(user_id: int, version: int) -> Rights:
    """What the user may do at this version of all rights; `VISITOR` for nobody in particular."""
    return at_version(str(user_id), version, lambda: read_rights(roles_of(user_id)))


def rights_of_role(role_id: int, version: int) -> Rights:
    """What somebody may do who holds this role alone."""
    roles = sa.union(_public_role(), sa.select(Role.id).where(Role.id == role_id))
    return at_version(f"role-{role_id}", version, lambda: read_rights(roles))


def rights_given_to(user_id: int, version: int) -> Rights:
    """What the user may do by a role of theirs, and not just because everybody may."""
    return at_version(f"given-{user_id}", version, lambda: read_rights(sa.union(*_held(user_id))))


def at_version(
    holder: str, version: int, read: Callable[[], T], tables: frozenset[str] = RIGHTS_TABLES
) -> T:
    """What `read` gives for a holder at this version of all rights.

    Every change of one of the tables must advance the version.
    """
    memory: RightsMemory | None = current_app.extensions.get(_EXTENSION)
    if memory is None:
        memory = current_app.extensions.setdefault(_EXTENSION, RightsMemory())
    found: T | None = memory.find((holder, version))
    if found is None:
        found = cached(f"rights:{holder}:{version}", tables, read)
        transaction = open_transaction(db.session())
        # What only this transaction sees must not be taken for what has been committed.
        if transaction is None or not transaction.has_changed(tables):
            found = memory.keep((holder, version), found)
    return found


def read_rights(roles: sa.CompoundSelect[Any]) -> Rights:
    """Read the permissions that come with the selected roles."""
    found = db.session.execute(select_rights(roles))
    return frozenset((permission, subject) for permission, subject in found)


def select_rights(roles: Any) -> sa.Select[Any]:
    """Select the permissions of roles: given by their keys, or by a statement that selects them."""
    return (
        sa.select(Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(
            assoc_permissionview_role,
            assoc_permissionview_role.c.permission_view_id == PermissionView.id,
        )
        .where(assoc_permissionview_role.c.role_id.in_(roles))
        .distinct()
    )


def roles_of(user_id: int) -> sa.CompoundSelect[Any]:
    """Select the keys of the roles that count for a user: their own and those of their groups.

    The public role counts for all: whoever signs in must not see less than a visitor.
    """
    return sa.union(_public_role(), *_held(user_id))


def _held(user_id: int) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """The keys of the roles that a user has, and of those that their groups have."""
    own = sa.select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == user_id)
    of_groups = (
        sa.select(assoc_group_role.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(assoc_user_group.c.user_id == user_id)
    )
    return own, of_groups


def _public_role() -> sa.Select[Any]:
    return sa.select(Role.id).where(Role.name == current_app.config["AUTH_ROLE_PUBLIC"])


def version_query() -> sa.ScalarSelect[int]:
    """The version of all rights, to be read along with something else."""
    return sa.select(RightsVersion.value).where(RightsVersion.id == THE_ROW).scalar_subquery()
