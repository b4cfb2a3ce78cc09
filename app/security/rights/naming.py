"""Rights, models and rules in plain, translated words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_babel import get_translations, gettext as _, lazy_gettext as _l

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
    "look_back": _l("See what it was before"),
}
"""The verbs of the platform; those of named operations are called as the operation is."""

MAX_NAMED = 3
_EXTENSION = "bureau_named_rights"


@dataclass(frozen=True)
class Vocabulary:
    """What the registered views say about subjects and verbs, ordered to be found."""

    views: Mapping[str, list[ModelView]]
    """The model views of a subject."""
    titles: Mapping[str, Any]
    """What the pages that belong to no model are called."""
    operations: Mapping[str, Any]
    """The labels of all actions, by their verb."""
    count: int
    """Of how many views it was made; a feature may be registered after the first question."""


def name_of(permission: str, subject: str) -> str:
    """A permission as people read it: `Todo list: Edit`."""
    return f"{_singular(subject)}: {verb_name(permission, subject)}"


def _singular(subject: str) -> str:
    return str(label(_humanised(subject))) if views_of(subject) else subject_name(subject)


class Names:
    """The names of very many permissions, each part of which is asked for once."""

    def __init__(self) -> None:
        self._views = _vocabulary().views
        self._subjects: dict[str, str] = {}
        self._verbs: dict[tuple[str, str], str] = {}

    def name_of(self, permission: str, subject: str) -> str:
        """What `name_of` gives."""
        if subject not in self._subjects:
            self._subjects[subject] = _singular(subject)
        # What belongs to no view has no verbs of its own.
        place = permission, subject if subject in self._views else ""
        if place not in self._verbs:
            self._verbs[place] = verb_name(permission, subject)
        return f"{self._subjects[subject]}: {self._verbs[place]}"


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
    return str(_vocabulary().operations.get(verb) or label(humanise(verb)))


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
    return next(iter(subject_names([subject])))


def subject_names(subjects: Iterable[str]) -> Iterator[str]:
    """What each of very many subjects is called."""
    known, translate = _vocabulary(), get_translations().gettext
    for subject in subjects:
        if subject in known.views:
            yield str(known.views[subject][0].list_title)
        elif subject in known.titles:
            yield str(known.titles[subject])
        else:
            yield translate(_humanised(subject))


def views_of(subject: str) -> list[ModelView]:
    """The model views whose permissions are those of a subject."""
    return _vocabulary().views.get(subject, [])


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


def _vocabulary() -> Vocabulary:
    registered: Any = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    found: Vocabulary | None = current_app.extensions.get(_EXTENSION)
    if found is None or found.count != len(registered):
        found = current_app.extensions[_EXTENSION] = _read_views(list(registered))
    return found


def _read_views(registered: list[Any]) -> Vocabulary:
    views: dict[str, list[ModelView]] = {}
    titles: dict[str, Any] = {}
    for view in registered:
        if isinstance(view, ModelView):
            views.setdefault(str(view.class_permission_name), []).append(view)
        elif getattr(view, "title", None):
            titles.setdefault(str(view.class_permission_name), view.title)
    operations = {
        name: action.label
        for view in registered_views().values()
        for name, action in view.actions.items()
    }
    return Vocabulary(views, titles, operations, len(registered))


# A site may keep rights for thousands of subjects that are none of its views.
@lru_cache(maxsize=10_000)
def _humanised(subject: str) -> str:
    return humanise_class(subject)


def _subject(view: ModelView) -> str:
    return str(view.class_permission_name)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
