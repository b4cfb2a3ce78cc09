"""Restoring an old version of a row: as a new one, so that nothing in between is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _, ngettext

from app.core.errors import NotFound
from app.core.fields import Field, decode_key, encode_key, encode_values
from app.core.history.columns import ORIGIN, recorded_columns, recorded_links
from app.core.history.models import Change, Verb
from app.core.history.rewriting import same
from app.core.history.scope import operation
from app.core.history.subjects import carriers, seen_fields
from app.core.history.values import brought_back
from app.core.history.wording import keys_in, related_key
from app.core.kinds import BadValue
from app.core.query.changes import Hooks, change_row
from app.core.query.gate import Gate, gate_of
from app.core.trash import DELETED_AT
from app.extensions import db

Values = dict[str, Any]


@dataclass
class Restored:
    """What came of restoring: the row, the fields that were set, and what could not be."""

    row: Any
    fields: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    """Fields by their labels, and why each of them stays as it is."""


def restore(
    gate: Gate, key: str, change_id: int, hooks: Hooks, action: str, *, version: int | None = None
) -> Restored:
    """Give a row the values that it had after a change, as the user's own edit, and commit.

    Raises `NotFound` where the row or the change is not the user's to see, `Forbidden` where they
    may not edit the row, and `Conflict` where `version` is no longer the row's.
    """
    writable = seen_fields(gate, "edit")
    row = gate.get(key, "edit", columns=dict.fromkeys(writable.values()))
    then = _values_then(gate.model, key, change_id)
    result = Restored(row)
    values = _to_set(gate, row, then, writable, result)
    if values:
        with operation(action):
            change_row(gate, row, values, hooks, version=version)
    return result


def _values_then(model: Any, key: str, change_id: int) -> Values:
    """The recorded values that the newer changes have replaced, walking back from now."""
    changes = db.session.scalars(
        sa.select(Change)
        .where(
            Change.model == model.__name__,
            Change.row_key == encode_values(decode_key(model, key)),
            Change.id >= change_id,
        )
        .order_by(Change.id.desc())
    ).all()
    if not changes or changes[-1].id != change_id or changes[-1].verb is Verb.DELETE:
        raise NotFound
    links = {relation.key for relation in recorded_links(model)}
    then: Values = {}
    for change in changes[:-1]:
        before, after = change.before or {}, change.after or {}
        if change.verb is not Verb.EDIT:
            # Of a row that was deleted and came back, all values are known.
            then = {name: [] for name in links}
            then |= {name: keys_in(v) if name in links else v for name, v in before.items()}
            continue
        for name in before.keys() - links:
            then[name] = before[name]
        for name in links & {*before, *after}:
            back, off = then.setdefault(name, _Moves()), keys_in(after.get(name))
            if isinstance(back, _Moves):
                back.walk(keys_in(before.get(name)), off)
            else:
                then[name] = [k for k in back if k not in off] + keys_in(before.get(name))
    return then


class _Moves:
    """Links to make and to take back, walking from the newest change to the oldest."""

    def __init__(self) -> None:
        self.link: dict[str, None] = {}
        self.unlink: dict[str, None] = {}

    def walk(self, removed: list[str], added: list[str]) -> None:
        for key in added:
            self.link.pop(key, None)
            self.unlink[key] = None
        for key in removed:
            self.unlink.pop(key, None)
            self.link[key] = None


def _to_set(
    gate: Gate, row: Any, then: Values, writable: Mapping[str, Field], result: Restored
) -> Values:
    """The values to set, by field; what is not to be set is noted where the user may see it."""
    model: Any = gate.model
    columns = {column.name: column for column in recorded_columns(model)}
    seen, names = seen_fields(gate), carriers(model)
    values: Values = {}
    for name, old in then.items():
        label = str(seen[name].label) if name in seen else ""
        if name == DELETED_AT or name in ORIGIN or names.get(name) in values:
            continue
        if name in columns:
            try:
                value = brought_back(columns[name].kind, old)
            except BadValue:
                result.failures.append((label, _("The field has changed since then.")))
                continue
            if same(columns[name].column, getattr(row, name), value):
                continue
        found = writable.get(name)
        if found is None or found.is_readonly:
            result.failures.append((label, _("It is not changed by hand.")))
            continue
        said = len(result.failures)
        if found.is_many:
            value = _linked(found, row, old, result)
        elif found.target is not None:
            value = _related(found, row, then, result)
        if len(result.failures) == said or found.is_many:
            values[found.name] = value
            result.fields.append(label)
    result.failures = [(label, reason) for label, reason in result.failures if label]
    return values


def _related(found: Field, row: Any, then: Values, result: Restored) -> Any:
    """The row that a foreign key led to."""
    mapper: Any = sa.inspect(found.model)
    own = [
        mapper.get_property_by_column(c).key for c in mapper.relationships[found.name].local_columns
    ]
    current = {name: getattr(row, name) for name in own}
    key = related_key(found, {**current, **{name: then[name] for name in own if name in then}})
    if key is None:
        return None
    rows = gate_of(found.target).find([key]) if found.target else []
    if not rows:
        result.failures.append((str(found.label), _("The record that it led to is gone.")))
        return None
    return rows[0]


def _linked(found: Field, row: Any, old: Any, result: Restored) -> list[Any]:
    """The rows that this one was linked to, as far as they are still there."""
    current = {encode_key(other): other for other in found.value(row)}
    if isinstance(old, _Moves):
        keys = [key for key in current if key not in old.unlink]
        keys += [key for key in old.link if key not in current]
    else:
        keys = list(old)
    wanted = [key for key in keys if key not in current]
    others = {encode_key(r): r for r in gate_of(found.target).find(wanted)} if found.target else {}
    missing = [key for key in wanted if key not in others]
    if missing:
        reason = ngettext(
            "A record that it was linked to is gone.",
            "%(num)d records that it was linked to are gone.",
            len(missing),
        )
        result.failures.append((str(found.label), reason))
    known = {**current, **others}
    return [known[key] for key in keys if key in known]
