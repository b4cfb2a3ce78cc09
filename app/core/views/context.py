"""What the templates of the generated screens are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from babel.lists import format_list
from flask import current_app, url_for
from flask_babel import gettext as _

from app.core.fields import encode_key, encode_values, title_of
from app.core.filters import Condition
from app.core.filters.operators import Arity
from app.core.i18n import current_locale
from app.core.query.gate import gate_of
from app.core.query.state import ListState

MAX_NAMED_VALUES = 3


@dataclass(frozen=True)
class Chip:
    """One active condition in words, and the address of the list without it."""

    label: str
    remove_url: str
    condition: str
    choices: Sequence[tuple[str, str]] = ()
    """The chosen related rows as (key, title), for the filter dialog."""


def registered_views() -> dict[type, Any]:
    """The first model view of each model; links and related lists lead there."""
    found: dict[type, Any] = current_app.extensions.setdefault("bureau_views", {})
    return found


def chips_of(state: ListState) -> list[Chip]:
    """The conditions of a list as chips."""
    return [_chip(state, condition) for condition in state.filters]


def _chip(state: ListState, condition: Condition) -> Chip:
    choices = _related_titles(condition)
    remaining = tuple(kept for kept in state.filters if kept is not condition)
    label = _in_words(condition, [title for _key, title in choices])
    return Chip(label, state.url(filters=remaining), str(condition), choices)


def _in_words(condition: Condition, titles: list[str]) -> str:
    parts = {"field": condition.field.label, "operator": condition.operator.label}
    if condition.operator.arity is Arity.NONE:
        return _("%(field)s %(operator)s", **parts)
    values = _values_in_words(condition, titles)
    return _("%(field)s %(operator)s %(values)s", **parts, values=values)


def _related_titles(condition: Condition) -> list[tuple[str, str]]:
    """The rows that a condition on a relation names; a hidden one shows only its key."""
    target = condition.field.target
    if target is None or not condition.values:
        return []
    keys = [encode_values(values) for values in condition.values]
    if len(keys) > MAX_NAMED_VALUES:
        return [(key, key) for key in keys]
    titles = {encode_key(row): title_of(row) for row in gate_of(target).find(keys)}
    return [(key, titles.get(key, f"#{key}")) for key in keys]


def _values_in_words(condition: Condition, titles: list[str]) -> str:
    if len(condition.values) > MAX_NAMED_VALUES:
        return _("%(count)d values", count=len(condition.values))
    words = titles or [condition.field.kind.format(value) for value in condition.values]
    is_span = condition.operator.arity is Arity.TWO
    return format_list(words, "standard" if is_span else "or", current_locale())


def file_linker(view: Any) -> Callable[[Any, Any], str]:
    """A function that gives the address of the file in a field of a row of this view."""

    def link(field: Any, row: Any) -> str:
        address: str = url_for(f"{view.endpoint}.file", pk=encode_key(row), field=field.name)
        return address

    return link


def link_maker() -> Callable[[Any], str | None]:
    """A function that gives the address of a related row, or None where the user may not read it.

    The right is asked once for each model, not once for each cell.
    """
    views = registered_views()
    allowed: dict[type, bool] = {}

    def link(row: Any) -> str | None:
        model = type(row)
        if model not in allowed:
            allowed[model] = model in views and gate_of(model).can("read")
        if not allowed[model]:
            return None
        return url_for(f"{views[model].endpoint}.show", pk=encode_key(row))

    return link
