"""Rights, models and rules in plain, translated words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_babel import gettext as _, lazy_gettext as _l

from app.core.labels import humanise, humanise_class, label
from app.core.query.rules import FieldRule, RowRule
from app.core.views import ModelView
from app.core.views.context import registered_views

VERBS = {
    "read": _l("Read"),
    "add": _l("Add"),
    "edit": _l("Edit"),
    "delete": _l("Delete"),
    "export": _l("Export"),
    "pick": _l("Choose"),
    "manage": _l("Manage"),
    "set_password": _l("Set password"),
    "see_as": _l("See as this role"),
    "impersonate": _l("Act as this user"),
    "end_sessions": _l("End sessions"),
    "explain": _l("Explain"),
}
"""The verbs of the platform; those of named operations are called as the operation is."""

MAX_NAMED = 3


def name_of(permission: str, subject: str) -> str:
    """A permission as people read it: `Todo list: Edit`."""
    singular = label(humanise_class(subject)) if views_of(subject) else subject_name(subject)
    return f"{singular}: {verb_name(permission, subject)}"


def verb_name(permission: str, subject: str) -> str:
    """What a permission lets one do with its subject."""
    verb = permission.removeprefix(PERMISSION_PREFIX)
    if verb in VERBS:
        return str(VERBS[verb])
    for view in views_of(subject):
        rules: list[FieldRule | RowRule] = [*view.gate.field_rules, *view.gate.row_rules]
        for rule in rules:
            if rule.unless == verb:
                return exception_name(rule, view)
        if verb in view.actions:
            return str(view.actions[verb].label)
    return str(_operations().get(verb) or label(humanise(verb)))


def exception_name(rule: FieldRule | RowRule, view: ModelView) -> str:
    """What the permission that a rule names frees one from."""
    if isinstance(rule, RowRule):
        return _("All records, not: %(rule)s", rule=_lowered(str(rule.label)))
    field = field_label(view, rule.field)
    if rule.hides:
        return _("See the hidden field “%(field)s”", field=field)
    if rule.masks:
        return _("See all of “%(field)s”", field=field)
    return _("Change “%(field)s”", field=field)


def rule_in_words(rule: FieldRule | RowRule, view: ModelView) -> str:
    """What a rule does to whoever holds no exception from it."""
    if isinstance(rule, RowRule):
        if rule.verbs is None or "read" in rule.verbs:
            return str(rule.label)
        ordered = sorted(rule.verbs, key=lambda verb: ([*VERBS, verb].index(verb), verb))
        names = (verb_name(f"{PERMISSION_PREFIX}{verb}", _subject(view)) for verb in ordered)
        return _("%(verbs)s: %(rule)s", verbs=", ".join(names), rule=_lowered(str(rule.label)))
    field = field_label(view, rule.field)
    if rule.hides:
        return _("“%(field)s” is hidden", field=field)
    if rule.masks:
        return _("Of “%(field)s” only the last four characters are shown", field=field)
    return _("“%(field)s” cannot be changed", field=field)


def subject_name(subject: str) -> str:
    """What a subject is called in the plural: the title of its list."""
    views = views_of(subject)
    if views:
        return str(views[0].list_title)
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        if view.class_permission_name == subject and getattr(view, "title", None):
            return str(view.title)
    return str(label(humanise_class(subject)))


def views_of(subject: str) -> list[ModelView]:
    """The model views whose permissions are those of a subject."""
    views: Any = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    return [v for v in views if isinstance(v, ModelView) and v.class_permission_name == subject]


def field_label(view: ModelView, name: str) -> str:
    """What people know a field by."""
    field = view.gate.all_fields.get(name)
    return str(field.label) if field is not None else str(label(humanise(name)))


def names_of(pairs: Iterable[tuple[str, str]]) -> str:
    """Some permissions in one line, the first of many."""
    names = sorted((name_of(*pair) for pair in pairs), key=str.casefold)
    listed = ", ".join(f"“{name}”" for name in names[:MAX_NAMED])
    rest = len(names) - MAX_NAMED
    return _("%(names)s and %(count)d more", names=listed, count=rest) if rest > 0 else listed


def _operations() -> dict[str, Any]:
    """The labels of all actions, by their verb."""
    views = registered_views().values()
    return {name: action.label for view in views for name, action in view.actions.items()}


def _subject(view: ModelView) -> str:
    return str(view.class_permission_name)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
