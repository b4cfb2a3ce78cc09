"""Who must have a second factor, and who has one: conditions that any statement can ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import (
    Role,
    User,
    assoc_group_role,
    assoc_user_group,
    assoc_user_role,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import SQLCoreOperations

from app.extensions import db
from app.security.factors.models import Passkey, RecoveryCode, RolePolicy, TotpSecret
from app.security.rights.sets import RIGHTS_TABLES, at_version

_POLICY: Any = RolePolicy.__table__
_TOTP: Any = TotpSecret.__table__
_PASSKEY: Any = Passkey.__table__
_CODE: Any = RecoveryCode.__table__


@dataclass(frozen=True)
class Factors:
    """What a user can prove with beside the password, and whether a role asks for that."""

    has_totp: bool
    passkeys: int
    codes_left: int
    is_enforced: bool

    @property
    def has_any(self) -> bool:
        """Whether the password alone does not sign in; recovery codes only stand in for this."""
        return self.has_totp or self.passkeys > 0

    @property
    def count(self) -> int:
        """How many factors there are."""
        return self.passkeys + int(self.has_totp)

    @property
    def is_due(self) -> bool:
        """Whether one must be set up before anything else."""
        return self.is_enforced and not self.has_any


def factors_of(user_id: int) -> Factors:
    """What a user has and must have: one statement."""
    passkeys = sa.select(sa.func.count()).select_from(_PASSKEY)
    codes = sa.select(sa.func.count()).select_from(_CODE)
    key = sa.literal(user_id)
    row = db.session.execute(
        sa.select(
            _has_totp(key),
            passkeys.where(_PASSKEY.c.user_id == user_id).scalar_subquery(),
            codes.where(_CODE.c.user_id == user_id, _CODE.c.used_at.is_(None)).scalar_subquery(),
            is_enforced(key),
        )
    ).one()
    return Factors(bool(row[0]), int(row[1]), int(row[2]), bool(row[3]))


def has_factor(user_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that a user has a factor that counts."""
    keys = sa.select(_PASSKEY.c.id).where(_PASSKEY.c.user_id == user_id)
    return sa.or_(_has_totp(user_id), keys.correlate_except(_PASSKEY).exists())


def is_enforced(user_id: SQLCoreOperations[int]) -> ColumnElement[bool]:
    """The condition that a role of a user, own or by a group, asks for a factor.

    What the public role asks for is asked of everybody who signs in.
    """
    own = (
        sa.select(_POLICY.c.role_id)
        .join(assoc_user_role, assoc_user_role.c.role_id == _POLICY.c.role_id)
        .where(_POLICY.c.requires_factor, assoc_user_role.c.user_id == user_id)
        .correlate_except(_POLICY, assoc_user_role)
    )
    of_groups = (
        sa.select(_POLICY.c.role_id)
        .join(assoc_group_role, assoc_group_role.c.role_id == _POLICY.c.role_id)
        .join(assoc_user_group, assoc_user_group.c.group_id == assoc_group_role.c.group_id)
        .where(_POLICY.c.requires_factor, assoc_user_group.c.user_id == user_id)
        .correlate_except(_POLICY, assoc_group_role, assoc_user_group)
    )
    # Asked when the statement runs, because such a statement may serve several applications.
    name = sa.bindparam("public", callable_=_public_role, type_=sa.String(), unique=True)
    public = (
        sa.select(_POLICY.c.role_id)
        .join(Role.__table__, Role.id == _POLICY.c.role_id)
        .where(_POLICY.c.requires_factor, Role.name == name)
        .correlate_except(_POLICY, Role.__table__)
    )
    return sa.or_(own.exists(), of_groups.exists(), public.exists())


def has_policies() -> ColumnElement[bool]:
    """The condition that any role asks for a factor; where none does, nobody need be looked at."""
    return sa.select(_POLICY.c.role_id).where(_POLICY.c.requires_factor).exists()


def needs_factor(user_id: int, version: int) -> bool:
    """Whether a role of a user asks for a factor, at this version of all rights."""

    def read() -> bool:
        return bool(db.session.scalar(sa.select(is_enforced(sa.literal(user_id)))))

    return at_version(f"factor-{user_id}", version, read, RIGHTS_TABLES | {_POLICY.name})


def requires_factor(role_id: int) -> bool:
    """Whether a role asks for a factor."""
    statement = sa.select(_POLICY.c.requires_factor).where(_POLICY.c.role_id == role_id)
    return bool(db.session.scalar(statement))


def set_requires_factor(role: Role, *, is_required: bool) -> None:
    """Let a role ask for a factor, or not; committing is the caller's."""
    policy = db.session.get(RolePolicy, role.id) or RolePolicy(role_id=role.id)
    policy.requires_factor = is_required
    db.session.add(policy)


def count_without_factor(role_id: int) -> int:
    """How many active users would have to set one up, if this role asked for it."""
    members = sa.union(
        sa.select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id == role_id),
        sa.select(assoc_user_group.c.user_id)
        .join(assoc_group_role, assoc_group_role.c.group_id == assoc_user_group.c.group_id)
        .where(assoc_group_role.c.role_id == role_id),
    )
    statement = sa.select(sa.func.count()).select_from(User)
    wanted = statement.where(User.active, User.id.in_(members), sa.not_(has_factor(User.id)))
    return int(db.session.scalar(wanted) or 0)


def _public_role() -> str:
    name: str = current_app.config["AUTH_ROLE_PUBLIC"]
    return name


def _has_totp(user_id: ColumnElement[int]) -> ColumnElement[bool]:
    secrets = sa.select(_TOTP.c.id).where(_TOTP.c.user_id == user_id, _TOTP.c.secret.is_not(None))
    return secrets.correlate_except(_TOTP).exists()
