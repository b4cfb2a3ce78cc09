"""Rows as JSON, and one page of them: what a resource, and a relation below a row, answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.api.parameters import conditions_of
from app.core.api.rison import plain_parameters
from app.core.errors import BadParameter
from app.core.fields import Field, Line, Many, Ref
from app.core.filters import Condition
from app.core.kinds.file import File
from app.core.query.rows import line_of
from app.core.query.state import ListState
from app.core.views.context import file_linker

if TYPE_CHECKING:
    from app.core.views.model_view import ModelView

TEXT, PLAIN = "text", "plain"
"""`?text=plain` gives rich text without its markup."""


def page_of(view: ModelView, within: Condition | None = None) -> Response:
    """One page of a view's rows, as the address asks for; only of those that `within` leaves."""
    gate, is_plain = view.gate, wants_plain()
    args = plain_parameters(request.args, gate.fields(), view.max_page_size)
    args = MultiDict((name, value) for name, value in args.items(multi=True) if name != TEXT)
    state = _read(view, conditions_of(view, args), within)
    page = gate.page(state)
    kept = f"&{TEXT}={PLAIN}" if is_plain else ""
    return jsonify(
        count=page.count.value,
        count_is_exact=page.count.is_exact,
        next=page.next_url() + kept if page.has_next else None,
        previous=page.previous_url() + kept if page.has_previous else None,
        ids=[line.key for line in page.rows],
        result=[serialise_line(line, page.columns, view, plain=is_plain) for line in page.rows],
    )


def wants_plain() -> bool:
    """Whether the caller asks for rich text without its markup."""
    asked = request.args.getlist(TEXT)
    if asked not in ([], [""], [PLAIN]):
        raise BadParameter(errors={TEXT: [_("Use one of: %(choices)s.", choices=PLAIN)]})
    return asked == [PLAIN]


def shown_fields(view: ModelView) -> list[Field]:
    """The fields of one row, as far as the caller sees them."""
    visible = view.gate.fields()
    is_shared = view.public_columns and view.gate.is_shared_with_all()
    shown = view.public_columns if is_shared else view.derived.show_columns
    names = dict.fromkeys([*shown, "id", "version"])
    return [visible[name] for name in names if name in visible]


def serialise(
    row: Any, fields: Iterable[Field], view: ModelView, *, plain: bool = False
) -> dict[str, Any]:
    """A row as JSON: a relation as `{"key", "text"}`, everything else as its kind writes it."""
    shown = tuple(fields)
    return serialise_line(line_of(row, shown), shown, view, plain=plain)


def serialise_line(
    line: Line, fields: Sequence[Field], view: ModelView, *, plain: bool = False
) -> dict[str, Any]:
    """The same for a row that was read as a line of these fields."""
    found: dict[str, Any] = {"key": line.key}
    for field, value in zip(fields, line.values, strict=True):
        if isinstance(value, Many):
            found[field.name] = [_link(ref) for ref in value.refs]
        elif value is None:
            found[field.name] = None
        elif isinstance(value, Ref):
            found[field.name] = _link(value)
        else:
            found[field.name] = (field.kind.to_plain if plain else field.kind.to_json)(value)
            if isinstance(field.kind, File):
                found[field.name]["url"] = file_linker(view)(field, line.key)
    return found


def _read(view: ModelView, args: MultiDict[str, str], within: Condition | None) -> ListState:
    """The list's state; what a view offers by a plain name can be filtered by anyway."""
    rules = view.list_rules()
    if rules.filterable is not None and view.plain_filters:
        rules = replace(rules, filterable={*rules.filterable, *view.plain_filters.values()})
    state = ListState.parse(args, rules)
    if within is None or str(within) in map(str, state.filters):
        return state
    return replace(state, filters=(*state.filters, within))


def _link(ref: Ref) -> dict[str, str]:
    return {"key": ref.key, "text": ref.title}
