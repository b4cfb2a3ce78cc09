"""What a mail is: a name, and a folder of templates of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_mails: dict[str, Mail] = {}


@dataclass(frozen=True)
class Mail:
    """One kind of mail: `app/templates/mail/<name>/` has subject.txt, body.txt and body.html.

    ::

        WELCOME = Mail("welcome", label=_("Welcome"), example={"person": "Ana Silva"})
    """

    name: str
    """Its one name: `<package>_<what it says>`."""
    label: Any
    """What the screen of mails calls it."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """Values that its templates can be looked at with; tests render every mail with them."""
    is_secret: bool = False
    """Whether it holds what only its reader may know, such as a link that signs in."""

    def __post_init__(self) -> None:
        if _mails.setdefault(self.name, self) is not self:
            raise ValueError(f"two mails are called {self.name!r}")


def known_mails() -> Mapping[str, Mail]:
    """Every kind of mail that this process knows, by name."""
    return MappingProxyType(_mails)


def forget_mail(name: str) -> None:
    """Undo the declaration of a mail, as tests do."""
    _mails.pop(name, None)
