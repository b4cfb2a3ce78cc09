"""Whom a provider says is there: the same few facts, whatever way they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.kinds import BadValue
from app.core.kinds.text import Email
from app.security.providers.models import SUBJECT_LENGTH, TITLE_LENGTH

MAX_GROUPS = 1000


class BadPerson(ValueError):
    """What a provider told cannot be a person."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody at a provider. `email` is an address that the provider has checked, or None."""

    subject: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    groups: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """What a reader knows the person by."""
        return (self.email or self.username or self.subject)[:TITLE_LENGTH]


def person(
    *,
    subject: Any,
    username: Any = "",
    first_name: Any = "",
    last_name: Any = "",
    name: Any = "",
    email: Any = None,
    groups: Any = (),
) -> Person:
    """A person from what somebody else's server has sent; raises `BadPerson`.

    Everything is optional but the subject. An address that is none, or a name that cannot be read,
    is left out: nobody is to be kept out by it.
    """
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject)
    if not isinstance(subject, str) or not is_plain(subject, SUBJECT_LENGTH):
        raise BadPerson("the subject is missing or cannot be kept")
    first, last = _plain(first_name), _plain(last_name)
    if not (first or last):
        first, _space, last = _plain(name).partition(" ")
    return Person(
        subject=subject,
        username=_plain(username),
        first_name=first,
        last_name=last.strip(),
        email=_address(email),
        groups=frozenset(_names(groups)),
    )


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """A value of nested claims, such as `realm_access.roles`; a plain name goes before a path."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def is_plain(text: str, length: int) -> bool:
    """Whether a text is there, is not too long, and has nothing in it that cannot be seen."""
    return 0 < len(text) <= length and text.isprintable() and text.strip() == text


def _plain(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return text if is_plain(text, TITLE_LENGTH) else ""


def _address(value: Any) -> str | None:
    try:
        return Email().parse(_plain(value)) or None
    except BadValue:
        return None


def _names(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple, set, frozenset)):
        return []
    return [name for name in list(value)[:MAX_GROUPS] if isinstance(name, str)]
