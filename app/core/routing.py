"""Rules of addresses: those of a large site are thousands, and most are never asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule, UnicodeConverter

from app.core.kinds.text import is_storable

Built = tuple[str, str]


class PartConverter(UnicodeConverter):
    """A part of an address; where it holds what no database takes, there is nothing."""

    def to_python(self, value: str) -> str:
        """The text, unless no row can have it."""
        if not is_storable(value):
            # Werkzeug would make 405 of a validation error where the rule has other methods, too.
            raise NotFound
        return str(super().to_python(value))


CONVERTERS = {"default": PartConverter, "string": PartConverter}


class PatientRule(Rule):
    """A rule that prepares for building addresses when it builds the first one.

    Werkzeug writes and compiles two functions for each rule as it is added, which takes more time
    than all the rest of making a view.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Built]:
        return _build_first_with_rest if append_unknown else _build_first

    def written(self, *, with_rest: bool) -> Callable[..., Built]:
        """What Werkzeug would have compiled at once; `with_rest` puts further values behind `?`."""
        made: Callable[..., Built] = super()._compile_builder(with_rest).__get__(self, None)
        return made


def _build_first(rule: PatientRule, **values: Any) -> Built:
    rule._build = rule.written(with_rest=False)
    return rule._build(**values)


def _build_first_with_rest(rule: PatientRule, **values: Any) -> Built:
    rule._build_unknown = rule.written(with_rest=True)
    return rule._build_unknown(**values)
