"""What a key may do: never more than its user may at that moment, and less where one chose so."""

from __future__ import annotations

from collections.abc import Iterable

from app.security.keys.models import UserKey
from app.security.rights.sets import Rights

PEOPLE_ONLY = frozenset(
    {"User", "Role", "Group", "Permission", "ApiKey", "UserSession", "Registration"}
)
"""Subjects that decide who may do what. A key may read them, and changes none."""
READING = frozenset({"can_read", "can_export", "can_pick"})


def for_keys(rights: Rights) -> Rights:
    """Of these rights, those that a key may hold at all.

    Whoever finds a key must not be able to make accounts, roles or other keys with it, which
    would outlive it.
    """
    return frozenset(
        (permission, subject)
        for permission, subject in rights
        if subject not in PEOPLE_ONLY or permission in READING
    )


def scopes_of(key: UserKey, rights: Rights) -> Rights:
    """What a request with this key is narrowed to, where its user holds these rights now."""
    return for_keys(rights & pairs_of(key.scopes) if key.scopes else rights)


def pairs_of(scopes: Iterable[Iterable[str]]) -> Rights:
    """The stored scopes as a set of rights."""
    return frozenset((permission, subject) for permission, subject in scopes)


def stored(rights: Rights) -> list[list[str]]:
    """A set of rights as it is stored."""
    return [list(pair) for pair in sorted(rights)]
