"""A language, chosen by the name that its speakers call it by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from babel import Locale
from babel.localedata import locale_identifiers
from flask import has_app_context
from flask_babel import gettext as _

from app.core.i18n import list_languages, select_locale
from app.core.kinds.base import BadValue
from app.core.kinds.choice import Choice
from app.core.types import Str


@dataclass(frozen=True)
class LanguageKind(Choice):
    """The code of a language: those of the site come first, then all that CLDR names."""

    def parse(self, raw: str) -> str:
        code = raw.strip()
        if code not in dict(self.choices()):
            raise BadValue(self.expectation())
        return code

    def format(self, value: Any) -> str:
        return dict(self.choices()).get(str(value), str(value))

    def expectation(self) -> str:
        return _("Choose a language, or write its code, such as pt.")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "description": "the code of a language, such as `pt`"}

    def choices(self) -> tuple[tuple[str, Any], ...]:
        of_site = dict(list_languages()) if has_app_context() else {}
        return (*of_site.items(), *(pair for pair in _languages() if pair[0] not in of_site))


class Language(Str):
    """A column with the code of a language."""

    cache_ok = True
    kind = LanguageKind()


def writers_language() -> str:
    """The language of whoever makes the request, as what they write is probably in it."""
    return select_locale()


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    """The languages that have a code of two letters, by name."""
    codes = [code for code in locale_identifiers() if len(code) == 2]
    names = {code: Locale.parse(code).get_display_name(code) or code for code in codes}
    return tuple(sorted(names.items(), key=lambda pair: pair[1].casefold()))
