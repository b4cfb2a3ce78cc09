"""The form for a new key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import wtforms
from flask import current_app
from flask_babel import gettext as _, lazy_gettext as _l, ngettext
from wtforms.validators import ValidationError

from app.security.forms import REQUIRED, SecurityForm, at_most
from app.security.keys.operations import DEFAULT_DAYS, MAX_DAYS
from app.security.keys.scopes import for_keys
from app.security.rights.naming import subject_name, verb_name
from app.security.rights.sets import Rights
from app.security.rights.sync import declared_pairs

MAX_NAME = 100
DAYS = (7, 30, DEFAULT_DAYS, 180, MAX_DAYS)
FIRST_VERBS = ("can_read", "can_add", "can_edit", "can_delete", "can_export")
SEPARATOR = "|"


@dataclass(frozen=True)
class Choice:
    """A right that a key may get."""

    value: str
    label: str


class ScopesField(wtforms.Field):
    """Rights, ticked one by one; only such as whoever fills it in holds."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.data: Rights = Rights()
        self.offered: Rights = Rights()

    def process_data(self, value: Any) -> None:
        self.data = Rights(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        pairs = (value.partition(SEPARATOR) for value in valuelist)
        self.data = Rights((permission, subject) for permission, _bar, subject in pairs)

    def groups(self) -> list[tuple[str, list[Choice]]]:
        """What may be ticked: a name for each subject, with its verbs."""
        found: dict[str, list[tuple[str, str]]] = {}
        for permission, subject in self.offered:
            found.setdefault(subject, []).append((permission, subject))
        named = [(subject_name(subject), _choices(pairs)) for subject, pairs in found.items()]
        return sorted(named, key=lambda group: group[0].casefold())

    def is_ticked(self, choice: Choice) -> bool:
        """Whether the box of a right is ticked."""
        permission, _bar, subject = choice.value.partition(SEPARATOR)
        return (permission, subject) in self.data


def _lengths() -> list[tuple[str, str]]:
    return [(str(days), ngettext("%(num)d day", "%(num)d days", days)) for days in DAYS]


class KeyForm(SecurityForm):
    """What a key is for, what it may do, and how long."""

    name = wtforms.StringField(
        _l("Name"),
        [REQUIRED, at_most(MAX_NAME)],
        description=_l("Where the key is used, so that you know it when you revoke it."),
    )
    days = wtforms.SelectField(_l("Works for"), choices=_lengths, default=str(DEFAULT_DAYS))
    reach = wtforms.RadioField(
        _l("What it may do"),
        choices=lambda: [("some", _("Only what I choose")), ("all", _("All that I may do"))],
        default="some",
    )
    scopes = ScopesField(_l("Rights"))

    def __init__(self, formdata: Any = None, *, rights: Rights, **options: Any) -> None:
        super().__init__(formdata, **options)
        # A site may keep rights for what is none of its views; no call ever asks for those.
        declared = declared_pairs(current_app.appbuilder)  # type: ignore[attr-defined]
        self.scopes.offered = for_keys(rights) & declared

    def validate_scopes(self, field: ScopesField) -> None:
        """Refuse a right that one does not hold, and a key that may do nothing."""
        if self.reach.data == "all":
            return
        if not field.data:
            raise ValidationError(_("Choose at least one right."))
        if not field.data <= field.offered:
            raise ValidationError(_("A key cannot have a right that you do not hold."))

    def chosen(self) -> Rights:
        """The scopes of the key: none where it may do all."""
        return Rights() if self.reach.data == "all" else self.scopes.data


def _choices(pairs: list[tuple[str, str]]) -> list[Choice]:
    def place(pair: tuple[str, str]) -> tuple[int, str]:
        is_first = pair[0] in FIRST_VERBS
        return FIRST_VERBS.index(pair[0]) if is_first else len(FIRST_VERBS), pair[0]

    return [Choice(SEPARATOR.join(pair), verb_name(*pair)) for pair in sorted(pairs, key=place)]
