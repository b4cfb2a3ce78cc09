"""What the rules of a view say to a person about its records and fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _

from app.core.errors import NotFound
from app.core.fields import decode_key
from app.core.query.gate import current_actor
from app.core.query.rules import FieldRule, RowRule
from app.core.trash import Scope, scope_condition
from app.core.views import ModelView
from app.core.views.base import TRASH_ROUTES
from app.extensions import db
from app.security.rights.naming import exception_name, field_label, rule_in_words, verb_name
from app.security.why.answers import Step, no, note, yes
from app.security.why.person import as_person

READING = frozenset({"read", "add", "pick", "export"})


def explain_list(user: User, view: ModelView, verb: str) -> list[Step]:
    """Which records there are for the person, where no single one is meant."""
    freed = _freed(user, view, view.gate.row_rules)
    steps = []
    for rule, is_free in zip(view.gate.row_rules, freed, strict=True):
        if is_free:
            steps.append(note(_say_freed(rule, view)))
        elif rule.holds_for(verb) or rule.holds_for("read"):
            steps.append(
                note(_("A rule leaves out records: %(rule)s.", rule=rule_in_words(rule, view)))
            )
    return steps


def explain_row(user: User, view: ModelView, verb: str, key: str) -> list[Step]:
    """What each rule says of one record."""
    try:
        identity = decode_key(view.gate.model, key)
    except NotFound:
        return [no(_("There is no record with this key."))]
    found = _ask_rules(user, view, identity)
    if found is None:
        return [no(_("There is no record with this key."))]
    is_kept, answers = found
    steps: list[Step] = []
    if not is_kept and verb not in TRASH_ROUTES:
        steps.append(no(_("The record is in the trash.")))
    freed = _freed(user, view, view.gate.row_rules)
    rules = view.gate.row_rules
    for rule, is_free, is_met in zip(rules, freed, answers, strict=True):
        if not (rule.holds_for(verb) or rule.holds_for("read")):
            continue
        if is_free:
            steps.append(yes(_say_freed(rule, view)))
        else:
            steps.append(_say_rule(rule, view, user, verb, is_met=is_met))
    if not steps:
        steps.append(yes(_("No rule leaves out single records here.")))
    return steps


def explain_fields(user: User, view: ModelView, verb: str, name: str) -> list[Step]:
    """What the rules of fields say: of one field, or of all that are restricted."""
    if name:
        return [_explain_field(user, view, verb, name)]
    rules = [rule for rule in view.gate.field_rules if rule.unless or not rule.hides]
    bound = [r for r, is_free in zip(rules, _freed(user, view, rules), strict=True) if not is_free]
    return [note(f"{rule_in_words(rule, view)}.") for rule in bound]


def _explain_field(user: User, view: ModelView, verb: str, name: str) -> Step:
    if name not in view.gate.all_fields:
        return no(_("There is no field “%(field)s”.", field=name))
    label = field_label(view, name)
    rules = [rule for rule in view.gate.field_rules if rule.field == name]
    for rule, is_free in zip(rules, _freed(user, view, rules), strict=True):
        if is_free:
            return yes(_say_freed(rule, view))
        if rule.hides or rule.masks or verb not in READING:
            return no(_with_exception(rule, view))
    return yes(_("No rule restricts the field “%(field)s”.", field=label))


def _with_exception(rule: FieldRule | RowRule, view: ModelView) -> str:
    words = rule_in_words(rule, view)
    if rule.unless is None:
        return _("%(rule)s, for everybody.", rule=words)
    right = verb_name(f"{PERMISSION_PREFIX}{rule.unless}", str(view.class_permission_name))
    return _("%(rule)s, unless a role gives “%(right)s”.", rule=words, right=right)


def _say_rule(rule: RowRule, view: ModelView, user: User, verb: str, *, is_met: bool) -> Step:
    words = rule_in_words(rule, view)
    if is_met:
        return yes(_("The record is within the rule: %(rule)s.", rule=words))
    if rule.verbs is None or "read" in rule.verbs:
        return no(
            _(
                "The record is outside of the rule, so for %(person)s it does not exist: %(rule)s.",
                person=user.username,
                rule=words,
            )
        )
    if rule.holds_for(verb):
        return no(
            _(
                "The record is outside of the rule, so %(person)s may only look at it: %(rule)s.",
                person=user.username,
                rule=words,
            )
        )
    return note(_("Other things are refused by the rule: %(rule)s.", rule=words))


def _say_freed(rule: FieldRule | RowRule, view: ModelView) -> str:
    right = exception_name(rule, view)
    return _("The rule does not bind them: a role gives “%(right)s”.", right=right)


def _freed(user: User, view: ModelView, rules: Sequence[Any]) -> list[bool]:
    """For each rule, whether the person holds the exception from it."""
    if not any(rule.unless for rule in rules):
        return [False] * len(rules)
    with as_person(user.id):
        return [bool(rule.unless and view.gate.can(rule.unless)) for rule in rules]


def _ask_rules(
    user: User, view: ModelView, identity: tuple[Any, ...]
) -> tuple[bool, list[bool]] | None:
    """Whether a record is out of the trash, and whether it meets each rule; None without one."""
    model = view.gate.model
    keys: Any = sa.inspect(model).primary_key
    with as_person(user.id):
        kept = scope_condition(model, Scope.KEPT)
        actor = current_actor()
        asked = [rule.expression(actor) for rule in view.gate.row_rules]
        statement = sa.select(
            (sa.literal(True) if kept is None else kept).label("is_kept"),
            *(condition.label(f"rule_{number}") for number, condition in enumerate(asked)),
        ).select_from(model)
        chosen = (key == value for key, value in zip(keys, identity, strict=True))
        row = db.session.execute(statement.where(*chosen)).first()
    return None if row is None else (bool(row[0]), [bool(value) for value in row[1:]])
