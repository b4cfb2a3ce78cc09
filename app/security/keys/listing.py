"""One's own keys, as their page shows them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import sqlalchemy as sa

from app.core.clock import now
from app.core.errors import NotFound
from app.extensions import db
from app.security.keys.models import UserKey
from app.security.keys.scopes import pairs_of
from app.security.rights.naming import name_of

SOON = datetime.timedelta(days=14)


@dataclass(frozen=True)
class Shown:
    """A key with what is said about it."""

    key: UserKey
    rights: tuple[str, ...]

    @property
    def is_expired(self) -> bool:
        return self.key.expires_at <= now()

    @property
    def works(self) -> bool:
        """Whether it still opens anything."""
        return self.key.revoked_at is None and not self.is_expired

    @property
    def ends_soon(self) -> bool:
        return self.works and self.key.expires_at - now() < SOON


def keys_of(user_id: int) -> list[Shown]:
    """All keys of a user: those that work first, the newest first."""
    statement = sa.select(UserKey).where(UserKey.user_id == user_id).order_by(UserKey.id.desc())
    shown = [Shown(key, _names(key)) for key in db.session.scalars(statement)]
    return sorted(shown, key=lambda found: not found.works)


def get_own_key(user_id: int, key_id: int) -> UserKey:
    """The key of a user; raises `NotFound` for that of somebody else."""
    statement = sa.select(UserKey).where(UserKey.id == key_id, UserKey.user_id == user_id)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def count_working(user_id: int) -> int:
    """How many keys of a user still work."""
    alive = UserKey.revoked_at.is_(None), UserKey.expires_at > now()
    statement = sa.select(sa.func.count()).where(UserKey.user_id == user_id, *alive)
    return int(db.session.scalar(statement) or 0)


def _names(key: UserKey) -> tuple[str, ...]:
    return tuple(sorted((name_of(*pair) for pair in pairs_of(key.scopes)), key=str.casefold))
