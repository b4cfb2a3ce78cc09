"""The kinds of security events, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _, lazy_gettext as _l

from app.core.kinds import BadValue
from app.core.kinds.choice import Choice
from app.core.labels import humanise, label

LABELS: dict[str, Any] = {
    "access": _l("Access to a page"),
    "account-added": _l("Account made"),
    "account-changed": _l("Account changed"),
    "account-deleted": _l("Account deleted"),
    "account-disabled": _l("Account disabled"),
    "account-enabled": _l("Account enabled"),
    "account-registered": _l("Account made by another log-in"),
    "accounts-changed": _l("Accounts changed by a statement"),
    "confirmation": _l("Proof of who one is"),
    "export": _l("Export"),
    "group-added": _l("Group made"),
    "group-changed": _l("Group changed"),
    "group-deleted": _l("Group deleted"),
    "history-erased": _l("History erased"),
    "history-pruned": _l("History pruned"),
    "identity-linked": _l("Other log-in linked"),
    "identity-unlinked": _l("Other log-in unlinked"),
    "log-in": _l("Log-in"),
    "log-out": _l("Log-out"),
    "password-changed": _l("Password changed"),
    "rights-changed": _l("Rights changed by a statement"),
    "rights-given": _l("Rights given"),
    "rights-taken": _l("Rights taken away"),
    "role-added": _l("Role made"),
    "role-changed": _l("Role changed"),
    "role-deleted": _l("Role deleted"),
    "roles-mapped": _l("Roles set by another log-in"),
    "sessions-ended": _l("Sessions ended"),
    "trash-emptied": _l("Trash emptied"),
}


def add_kinds(labels: Mapping[str, Any]) -> None:
    """Name further kinds; one without a name is shown as its code in words."""
    LABELS.update(labels)


def kind_in_words(code: str) -> str:
    """What a kind is called."""
    return str(LABELS.get(code) or label(humanise(code)))


@dataclass(frozen=True)
class EventKind(Choice):
    """The kind of an event: a code, shown by its label."""

    name: ClassVar[str] = "enum"

    def parse(self, raw: str) -> str:
        if raw not in LABELS:
            raise BadValue(self.expectation())
        return raw

    def format(self, value: Any) -> str:
        return kind_in_words(value)

    def expectation(self) -> str:
        return _("Choose one of: %(choices)s.", choices=", ".join(sorted(LABELS)))

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 64}

    def choices(self) -> tuple[tuple[str, Any], ...]:
        found = [(code, str(text)) for code, text in LABELS.items()]
        return tuple(sorted(found, key=lambda pair: pair[1].casefold()))
