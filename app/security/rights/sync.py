"""Stores the permissions that views declare, and the roles that features bring along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)

from app.core.feature import registered_features
from app.extensions import db
from app.security.models import THE_ROW, RightsVersion

Pair = tuple[str, str]


def sync_permissions(appbuilder: Any) -> None:
    """Store what is missing: permissions, the roles of features, and all permissions for Admin.

    Nothing is removed, and a role that exists already is left as its administrator made it. The
    role of the public always does, so what a feature declares for it is given when the permission
    is a new one: what an administrator has taken from visitors is not given back. When nothing is
    missing this only reads. Else the row of the version is locked first, so that of several
    processes that start together one writes and the others find everything there.
    """
    wanted = declared_pairs(appbuilder)
    if not _is_missing_something(wanted):
        db.session.rollback()
        return
    db.session.rollback()
    lock = sa.update(RightsVersion).where(RightsVersion.id == THE_ROW)
    db.session.execute(lock.values(value=RightsVersion.value))
    missing = wanted - stored_pairs().keys()
    _add_pairs(missing)
    pairs, roles = stored_pairs(), wanted_roles()
    made = _add_roles(roles.keys())
    for name, key in made.items():
        _grant(key, _keys_of(roles[name], pairs))
    _grant(_role_keys()[_public()], _keys_of(roles[_public()], pairs, among=missing))
    _grant(_role_keys()[_admin()], pairs.values())
    db.session.commit()


def declared_pairs(appbuilder: Any) -> set[Pair]:
    """The (permission, subject) pairs of the registered views."""
    return {
        (permission, view.class_permission_name)
        for view in appbuilder.baseviews
        for permission in view.base_permissions or ()
    }


def stored_pairs() -> dict[Pair, int]:
    """The pairs in the database, with their keys."""
    statement = (
        sa.select(Permission.name, ViewMenu.name, PermissionView.id)
        .join(PermissionView, PermissionView.permission_id == Permission.id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    )
    return {
        (permission, subject): key for permission, subject, key in db.session.execute(statement)
    }


def wanted_roles() -> dict[str, Sequence[str]]:
    """The roles that must exist, with their rights as `verb Subject`."""
    roles: dict[str, list[str]] = {_admin(): [], _public(): []}
    for feature in registered_features():
        for name, rights in feature.roles.items():
            roles.setdefault(name, []).extend(rights)
    return {**roles}


def add_role(name: str, rights: Iterable[Pair]) -> None:
    """Make a role with the rights of these that exist, unless there is such a role already."""
    key = _add_roles([name]).get(name)
    if key is not None:
        pairs = stored_pairs()
        _grant(key, [pairs[right] for right in rights if right in pairs])


def _is_missing_something(wanted: set[Pair]) -> bool:
    pairs, roles = stored_pairs(), _role_keys()
    if wanted - pairs.keys() or wanted_roles().keys() - roles.keys():
        return True
    return bool(set(pairs.values()) - _granted(roles[_admin()]))


def _add_pairs(missing: set[Pair]) -> None:
    if not missing:
        return
    permissions = _add_names(Permission, {permission for permission, _subject in missing})
    subjects = _add_names(ViewMenu, {subject for _permission, subject in missing})
    rows = [
        {"permission_id": permissions[permission], "view_menu_id": subjects[subject]}
        for permission, subject in sorted(missing)
    ]
    db.session.execute(sa.insert(PermissionView), rows)


def _add_names(model: type[Any], names: Iterable[str]) -> dict[str, int]:
    """The keys of all rows of a table of names, after the missing ones were added."""
    known = _keys_by_name(model)
    missing = sorted(set(names) - known.keys())
    if missing:
        db.session.execute(sa.insert(model), [{"name": name} for name in missing])
        known = _keys_by_name(model)
    return known


def _add_roles(names: Iterable[str]) -> dict[str, int]:
    """Make the roles that do not exist; the keys of those that were made."""
    missing = set(names) - _role_keys().keys()
    return {name: key for name, key in _add_names(Role, missing).items() if name in missing}


def _grant(role: int, pairs: Iterable[int]) -> None:
    missing = sorted(set(pairs) - _granted(role))
    if missing:
        rows = [{"role_id": role, "permission_view_id": pair} for pair in missing]
        db.session.execute(sa.insert(assoc_permissionview_role), rows)


def _granted(role: int) -> set[int]:
    link = assoc_permissionview_role.c
    return set(db.session.scalars(sa.select(link.permission_view_id).where(link.role_id == role)))


def _keys_of(
    rights: Iterable[str], pairs: Mapping[Pair, int], *, among: Set[Pair] | None = None
) -> list[int]:
    """The keys of rights written as `verb Subject`; raises `LookupError` for an unknown one.

    With `among` only of those that are among these.
    """
    found = []
    for text in rights:
        verb, _space, subject = text.partition(" ")
        key = pairs.get((f"{PERMISSION_PREFIX}{verb}", subject))
        if key is None:
            raise LookupError(f"A feature's role names {text!r}, which no view declares")
        if among is None or (f"{PERMISSION_PREFIX}{verb}", subject) in among:
            found.append(key)
    return found


def _keys_by_name(model: type[Any]) -> dict[str, int]:
    return dict(db.session.execute(sa.select(model.name, model.id)).all())


def _role_keys() -> dict[str, int]:
    return _keys_by_name(Role)


def _admin() -> str:
    return str(current_app.config["AUTH_ROLE_ADMIN"])


def _public() -> str:
    return str(current_app.config["AUTH_ROLE_PUBLIC"])
