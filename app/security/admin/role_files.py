"""Roles as a file for another site: written and read by names, shown before they are applied."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role
from flask_babel import gettext as _

from app.core.errors import BadParameter
from app.extensions import db
from app.security.admin.drafts import Difference, Draft, difference
from app.security.admin.matrix import StoredPairs, lacked, named
from app.security.rights.sets import Rights

FORMAT, VERSION = "bureau-roles", 1
MAX_BYTES = 400_000
"""Below what a form may hold, because the file goes along with the page that asks."""
MAX_ROLES = 500
MAX_NAME = 64


@dataclass(frozen=True)
class FoundRole:
    """A role of this site with its rights."""

    key: int
    name: str
    rights: frozenset[int]


@dataclass(frozen=True)
class PlannedRole:
    """What a file does to one role."""

    name: str
    draft: Draft
    key: int | None
    change: Difference | None = None
    """None for a role that the file makes."""
    new: Sequence[str] = ()
    """The rights of a new role."""
    unknown: Sequence[str] = ()
    lacking: Sequence[str] = ()
    is_admin: bool = False

    @property
    def does_nothing(self) -> bool:
        """Whether the role is like that already."""
        return self.key is not None and not self.draft.added and not self.draft.removed


@dataclass(frozen=True)
class Plan:
    """What a file does, all in all."""

    roles: Sequence[PlannedRole] = ()
    state: str = ""
    """Tells whether a role was changed since the plan was shown."""
    unknown: int = field(default=0)

    @property
    def changes(self) -> list[PlannedRole]:
        """Those roles that become others."""
        return [role for role in self.roles if not role.does_nothing and not role.is_admin]


def read_roles(keys: Collection[int] | None = None) -> list[FoundRole]:
    """These roles, or all, with their rights: two statements."""
    chosen = sa.select(Role.id, Role.name).order_by(Role.name)
    link = assoc_permissionview_role.c
    held = sa.select(link.role_id, link.permission_view_id)
    if keys is not None:
        chosen, held = chosen.where(Role.id.in_(keys)), held.where(link.role_id.in_(keys))
    rights: dict[int, set[int]] = {}
    for role, pair in db.session.execute(held):
        rights.setdefault(role, set()).add(pair)
    found = db.session.execute(chosen)
    return [FoundRole(key, name, frozenset(rights.get(key, ()))) for key, name in found]


def write_file(roles: Iterable[FoundRole], pairs: StoredPairs) -> str:
    """The file: names only, because another site has other keys."""
    written = [
        {"name": role.name, "rights": sorted(_written(pairs[k]) for k in role.rights if k in pairs)}
        for role in roles
    ]
    content = {"format": FORMAT, "version": VERSION, "roles": written}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def read_file(text: str) -> dict[str, list[str]]:
    """The roles of a file with their rights by name; raises `BadParameter` for no such file."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_readable() from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise _not_readable()
    if content.get("version") != VERSION:
        raise BadParameter(_("This file was written by another version of Bureau."))
    roles = content.get("roles")
    if not isinstance(roles, list) or len(roles) > MAX_ROLES:
        raise _not_readable()
    found: dict[str, list[str]] = {}
    for role in roles:
        name, rights = _read_role(role)
        if name in found:
            raise BadParameter(_("The role “%(role)s” stands in the file twice.", role=name))
        found[name] = rights
    return found


def make_plan(wanted: Mapping[str, Sequence[str]], pairs: StoredPairs, held: Rights) -> Plan:
    """What the roles of a file would change here."""
    here = {role.name: role for role in read_roles() if role.name in wanted}
    keys = {_written(pair): key for key, pair in pairs.items()}
    admin = str(current_app.config["AUTH_ROLE_ADMIN"])
    planned = []
    for name, rights in wanted.items():
        role = here.get(name)
        base = role.rights if role is not None else frozenset()
        draft = Draft(name, frozenset(keys[text] for text in rights if text in keys), base)
        missing = lacked(draft.added | draft.removed, pairs, held)
        planned.append(
            PlannedRole(
                name,
                draft,
                role.key if role is not None else None,
                difference(role.key, draft, pairs) if role is not None else None,
                named(draft.wanted, pairs) if role is None else (),
                sorted(text for text in set(rights) if text not in keys),
                named((key for key, pair in pairs.items() if pair in missing), pairs),
                name == admin,
            )
        )
    return Plan(planned, _state(here.values()), sum(len(role.unknown) for role in planned))


def _state(roles: Iterable[FoundRole]) -> str:
    told = sorted((role.name, sorted(role.rights)) for role in roles)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _written(pair: tuple[str, str]) -> str:
    permission, subject = pair
    return f"{permission.removeprefix(PERMISSION_PREFIX)} {subject}"


def _read_role(role: Any) -> tuple[str, list[str]]:
    if not isinstance(role, dict):
        raise _not_readable()
    name, rights = role.get("name"), role.get("rights")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME or "\0" in name:
        raise _not_readable()
    if not isinstance(rights, list) or not all(isinstance(text, str) for text in rights):
        raise _not_readable()
    return name.strip(), rights


def _not_readable() -> BadParameter:
    return BadParameter(_("This is no file of roles. Choose one that Bureau has written."))
