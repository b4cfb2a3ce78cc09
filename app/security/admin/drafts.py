"""A change of a role before it is saved: what it adds and takes, and whom it concerns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import (
    Role,
    User,
    assoc_group_role,
    assoc_permissionview_role,
    assoc_user_group,
    assoc_user_role,
)

from app.extensions import db
from app.security.admin.matrix import StoredPairs, named


@dataclass(frozen=True)
class Draft:
    """What somebody wants a role to hold, and what it held when they began."""

    name: str
    wanted: frozenset[int]
    base: frozenset[int]

    @property
    def added(self) -> frozenset[int]:
        return self.wanted - self.base

    @property
    def removed(self) -> frozenset[int]:
        return self.base - self.wanted

    def onto(self, current: frozenset[int]) -> Draft:
        """The same change of the role as it is by now."""
        return replace(self, wanted=(current | self.added) - self.removed, base=current)


@dataclass(frozen=True)
class Line:
    """One right that a change gives or takes, and how many people that concerns."""

    name: str
    people: int


@dataclass(frozen=True)
class Difference:
    """What stands on the page before a role is saved."""

    added: Sequence[Line]
    removed: Sequence[Line]
    members: int


def read_keys(texts: Iterable[str], pairs: StoredPairs) -> frozenset[int]:
    """The permissions that a form names; what is none is left out."""
    found = (int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10)
    return frozenset(key for key in found if key in pairs)


def difference(role_id: int, draft: Draft, pairs: StoredPairs) -> Difference:
    """What saving a draft would do: two statements."""
    members = count_members(role_id)
    kept = _held_otherwise(role_id, draft.added | draft.removed)
    return Difference(
        _lines(draft.added, pairs, members, kept),
        _lines(draft.removed, pairs, members, kept),
        members,
    )


def count_members(role_id: int) -> int:
    """How many active users a role concerns; the role of visitors concerns everybody."""
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(_members(role_id))) or 0)


def _lines(
    keys: Collection[int], pairs: StoredPairs, members: int, kept: Mapping[int, int]
) -> list[Line]:
    found = [Line(named([key], pairs)[0], members - kept.get(key, 0)) for key in keys]
    return sorted(found, key=lambda line: line.name.casefold())


def _members(role_id: int) -> Any:
    """The active users who hold a role, directly or by a group."""
    own = sa.select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id == role_id)
    groups = sa.select(assoc_group_role.c.group_id).where(assoc_group_role.c.role_id == role_id)
    link = assoc_user_group.c
    of_groups = sa.select(link.user_id).where(link.group_id.in_(groups))
    table: Any = User.__table__
    name = current_app.config["AUTH_ROLE_PUBLIC"]
    is_public = sa.select(Role.id).where(Role.id == role_id, Role.name == name).exists()
    chosen = sa.or_(table.c.id.in_(sa.union(own, of_groups)), is_public)
    return sa.select(table.c.id).where(table.c.active, chosen).subquery()


def _held_otherwise(role_id: int, keys: Collection[int]) -> dict[int, int]:
    """For each of these rights, how many of the members hold it by another role, too."""
    if not keys:
        return {}
    members = _members(role_id)
    link, of_group, in_group = (
        table.c for table in (assoc_user_role, assoc_group_role, assoc_user_group)
    )
    holders = sa.union(
        sa.select(link.user_id, link.role_id),
        sa.select(in_group.user_id, of_group.role_id).join_from(
            assoc_user_group, assoc_group_role, of_group.group_id == in_group.group_id
        ),
    ).subquery()
    rights = assoc_permissionview_role.c
    statement = (
        sa.select(rights.permission_view_id, sa.func.count(sa.distinct(holders.c.user_id)))
        .join_from(assoc_permissionview_role, holders, holders.c.role_id == rights.role_id)
        .join(members, members.c.id == holders.c.user_id)
        .where(rights.role_id != role_id, rights.permission_view_id.in_(list(keys)))
        .group_by(rights.permission_view_id)
    )
    return {key: int(count) for key, count in db.session.execute(statement)}
