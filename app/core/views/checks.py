"""Refuses a model view whose options contradict each other, or name what is not there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.core.fields import Field, fields_of, title_attributes
from app.core.views.actions import declared_actions

FORM_OPTIONS = {"add_columns": "add_form_extra_fields", "edit_columns": "edit_form_extra_fields"}
FIELDSET_OPTIONS = {
    "show_fieldsets": "show_columns",
    "add_fieldsets": "add_columns",
    "edit_fieldsets": "edit_columns",
}
SHOWN_OPTIONS = ("list_columns", "show_columns", "label_columns")
NAMED_OPTIONS = ("exclude_columns", "description_columns", "validators_columns")
USED_OPTIONS = ("filter_columns", "order_columns")
EDIT_OPTIONS = ("inline_columns", "bulk_columns")
LIST_OPTIONS = ("list_columns", "show_columns", "search_columns", *FORM_OPTIONS, *USED_OPTIONS)
TAKEN_NAMES = frozenset({"read", "add", "edit", "delete", "export", "pick", "purge"})
OPTION_ENDINGS = ("_columns", "_fieldsets", "_fields", "_rules", "_order", "_filters", "_views")


def refuse_conflicts(view: type[Any], model: type) -> None:
    """Raise `TypeError` that names the option which cannot be meant as it stands."""
    fields = fields_of(model)
    _refuse_misspelt(view)
    _refuse_unknown_fields(view, model, fields)
    _refuse_double_groups(view, fields)
    _refuse_wrong_search(view, fields)
    _refuse_wrong_order(view, fields)
    _refuse_open_secrets(view, model, fields)
    _refuse_wrong_edits(view, fields)
    _refuse_taken_actions(view)
    _refuse_wrong_conditions(view, fields)
    _refuse_wrong_calendar(view, fields)
    both = set(view.exclude_columns) & {name for o in LIST_OPTIONS for name in getattr(view, o)}
    both |= set(view.exclude_columns) & {n for o in EDIT_OPTIONS for n in getattr(view, o) or ()}
    if both:
        raise TypeError(f"{view.__name__}: exclude_columns also stand in a list: {sorted(both)}")
    if not 1 <= view.page_size <= view.max_page_size:
        raise TypeError(f"{view.__name__}: page_size must lie between 1 and max_page_size")


def _refuse_misspelt(view: type[Any]) -> None:
    """An option of another name would be ignored without a word."""
    known = {name for parent in view.__mro__[1:] for name in vars(parent)}
    for name, value in vars(view).items():
        is_option = name.endswith(OPTION_ENDINGS) and not callable(value)
        if name not in known and not name.startswith("_") and is_option:
            close = difflib.get_close_matches(name, known, 1)
            advice = f"; did you mean {close[0]}?" if close else ""
            raise TypeError(f"{view.__name__}: there is no option {name}{advice}")


def _refuse_unknown_fields(view: type[Any], model: type, fields: Mapping[str, Field]) -> None:
    shown = {*fields, *dir(model)}
    for option in SHOWN_OPTIONS:
        _refuse_unknown(view, option, getattr(view, option), shown)
    for option, extra in FORM_OPTIONS.items():
        _refuse_unknown(view, option, getattr(view, option), {*fields, *getattr(view, extra)})
    extras = {name for extra in FORM_OPTIONS.values() for name in getattr(view, extra)}
    for option in NAMED_OPTIONS:
        _refuse_unknown(view, option, getattr(view, option), shown | extras)
    for option in USED_OPTIONS:
        _refuse_unknown(view, option, getattr(view, option), fields)
    _refuse_unknown(view, "field_rules", [rule.field for rule in view.field_rules], shown)


def _refuse_double_groups(view: type[Any], fields: Mapping[str, Field]) -> None:
    for fieldsets, columns in FIELDSET_OPTIONS.items():
        groups: Sequence[tuple[Any, Mapping[str, Any]]] = getattr(view, fieldsets)
        named = [name for _legend, group in groups for name in group["fields"]]
        extra = getattr(view, f"{fieldsets.split('_')[0]}_form_extra_fields", {})
        _refuse_unknown(view, fieldsets, named, {*fields, *dir(view.datamodel.obj), *extra})
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            raise TypeError(f"{view.__name__}: {fieldsets} names a field twice: {twice}")
        if groups and getattr(view, columns):
            raise TypeError(
                f"{view.__name__}: {fieldsets} and {columns} say the same twice; keep one of them"
            )


def _refuse_wrong_search(view: type[Any], fields: Mapping[str, Field]) -> None:
    """`relation.column` must lead to a column of the related model."""
    _refuse_unknown(view, "search_columns", view.search_columns, fields)
    for name in view.search_columns:
        first, _dot, column = name.partition(".")
        target = fields[first].target
        if (target is None) != (not column):
            raise TypeError(f"{view.__name__}: search_columns takes columns, not {name!r}")
        if target is not None and column not in sa.inspect(target).column_attrs:
            raise TypeError(f"{view.__name__}: search_columns names no column: {name!r}")


def _refuse_wrong_order(view: type[Any], fields: Mapping[str, Field]) -> None:
    unsortable = sorted(name for name in view.order_columns if not fields[name].is_sortable)
    if unsortable:
        raise TypeError(f"{view.__name__}: order_columns cannot be sorted by: {unsortable}")
    for name, direction in [] if view.base_order is None else order_pairs(view.base_order):
        _refuse_unknown(view, "base_order", [name], fields)
        if not fields[name].is_sortable:
            raise TypeError(f"{view.__name__}: base_order cannot be sorted by: {[name]}")
        if direction not in ("asc", "desc"):
            raise TypeError(f"{view.__name__}: base_order must end in 'asc' or 'desc'")


def _refuse_open_secrets(view: type[Any], model: type, fields: Mapping[str, Field]) -> None:
    """A title shows everywhere, and the title of a related row has no last four characters."""
    secret = [rule.field for rule in view.field_rules if rule.hides or rule.masks]
    shown = sorted({*secret} & {*title_attributes(model)})
    if shown:
        raise TypeError(
            f"{view.__name__}: field_rules hide what the title of a record shows: {shown}; "
            f"name other columns as __title__ of {model.__name__}"
        )
    masked = [rule.field for rule in view.field_rules if rule.masks]
    wrong = sorted(n for n in masked if n in fields and fields[n].column is None)
    if wrong:
        raise TypeError(f"{view.__name__}: masked() takes columns, not {wrong}")


def _refuse_wrong_edits(view: type[Any], fields: Mapping[str, Field]) -> None:
    """What is edited in the list or for many rows is a part of the edit form."""
    for option in EDIT_OPTIONS:
        names = getattr(view, option) or ()
        _refuse_unknown(view, option, names, fields)
        if names and view.is_readonly:
            raise TypeError(f"{view.__name__}: {option} and is_readonly contradict each other")
        locked = sorted(n for n in names if fields[n].is_readonly or fields[n].is_many)
        if locked:
            raise TypeError(f"{view.__name__}: {option} names what has no control there: {locked}")
        form = _named_in_form(view)
        missing = sorted(set(names) - form) if form else []
        if missing:
            raise TypeError(f"{view.__name__}: {option} names what the edit form lacks: {missing}")
    unique = sorted(n for n in view.bulk_columns or () if fields[n].is_unique)
    if unique:
        raise TypeError(f"{view.__name__}: bulk_columns gives many rows one unique value: {unique}")


def _refuse_wrong_conditions(view: type[Any], fields: Mapping[str, Field]) -> None:
    """A field that is not shown is emptied, so it must be one that may be empty."""
    names = {name for row in view.shown_when.items() for name in (row[0], row[1][0])}
    _refuse_unknown(view, "shown_when", names, fields)
    for declared in declared_actions(view):
        _refuse_unknown(view, f"when of {declared.name}", declared.when[:1], fields)
    required = sorted(name for name in view.shown_when if fields[name].is_required)
    if required:
        raise TypeError(f"{view.__name__}: shown_when hides what must be filled in: {required}")


def _refuse_wrong_calendar(view: type[Any], fields: Mapping[str, Field]) -> None:
    named = (view.calendar_column, view.calendar_state, view.calendar_add)
    _refuse_unknown(view, "calendar_column", [name for name in named if name], fields)
    column = fields.get(view.calendar_column)
    if column is not None and column.kind.name not in ("date", "moment"):
        raise TypeError(f"{view.__name__}: calendar_column takes a date or a moment")


def _named_in_form(view: type[Any]) -> set[str]:
    """The fields that the edit form is declared to have; none where they are derived."""
    for screen in ("edit", "add"):
        groups: Sequence[tuple[Any, Mapping[str, Any]]] = getattr(view, f"{screen}_fieldsets")
        names = [name for _legend, group in groups for name in group["fields"]]
        if found := {*names, *getattr(view, f"{screen}_columns")}:
            return found
    return set()


def _refuse_taken_actions(view: type[Any]) -> None:
    """An action of a verb's name would stand in the place of that verb's own page."""
    names = {found.name for found in declared_actions(view)}
    taken = sorted(names & TAKEN_NAMES)
    if taken:
        raise TypeError(f"{view.__name__}: an action needs another name than {taken}")


def order_pairs(order: Any) -> list[tuple[str, str]]:
    """The pairs of a `base_order`, which may be written as one pair."""
    return [order] if isinstance(order[0], str) else list(order)


def _refuse_unknown(
    view: type[Any], option: str, names: Iterable[str], known: Collection[str]
) -> None:
    unknown = sorted(name for name in names if name.partition(".")[0] not in known)
    if unknown:
        raise TypeError(f"{view.__name__}: {option} names what the model does not have: {unknown}")
