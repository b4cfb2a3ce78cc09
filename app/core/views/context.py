"""What the templates of the generated screens are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from babel.lists import format_list
from flask import current_app
from flask_babel import gettext as _

from app.core.addresses import page_url
from app.core.fields import Field, Ref, encode_key, encode_values, title_of
from app.core.filters import Condition
from app.core.filters.operators import Arity
from app.core.i18n import current_locale
from app.core.query.gate import gate_of
from app.core.query.state import ListState

MAX_NAMED_VALUES = 3
KEPT_IN_PATHS = "!$&'()*+,:;=@~"
"""What a part of a path may hold as it is (RFC 3986, 3.3)."""


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


def nested_views(view: Any) -> Mapping[str, tuple[Any, Field]]:
    """By the name of each relation: the view of its rows, and the way back from them."""
    found = {}
    for name in view.nested:
        relation = sa.inspect(view.derived.model).relationships[name]
        below = registered_views().get(relation.mapper.class_)
        if below is not None:
            found[name] = (below, below.gate.all_fields[str(relation.back_populates)])
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


def file_linker(view: Any) -> Callable[[Field, str], str]:
    """A function that gives the address of the file in a field of the row with a key."""

    def link(field: Field, key: str) -> str:
        return page_url(f"{view.endpoint}.file", pk=key, field=field.name)

    return link


def link_maker() -> Callable[[Any], str | None]:
    """A function that gives the address of a related row, or None where the user may not read it.

    The right is asked once for each model, not once for each cell.
    """
    views = registered_views()
    starts: dict[type, str | None] = {}

    def link(row: Any) -> str | None:
        model = row.model if isinstance(row, Ref) else type(row)
        if model not in starts:
            is_allowed = model in views and gate_of(model).can("read")
            starts[model] = record_address(views[model]) if is_allowed else None
        start = starts[model]
        return None if start is None else start + key_in_path(encode_key(row))

    return link


def record_address(view: Any) -> str:
    """The address of a record of a view, up to where its key belongs."""
    address: str = view.url("show", "0")
    return address.removesuffix("0")


def key_in_path(key: str) -> str:
    """The key of a row as a part of a path."""
    return key if key.isalnum() and key.isascii() else quote(key, safe=KEPT_IN_PATHS)
