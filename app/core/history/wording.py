"""Recorded values in words: labels, formats and titles as the reader's pages have them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper

from app.core.errors import NotFound
from app.core.fields import Field, decode_key, encode_key, encode_values, holds_one_of, title_of
from app.core.history.columns import recorded_columns, recorded_links
from app.core.history.diff import Part, compare
from app.core.history.models import Change, Verb
from app.core.history.subjects import seen_fields
from app.core.history.values import from_stored
from app.core.kinds import BadValue
from app.core.kinds.base import EMPTY
from app.core.query.gate import Gate, gate_of
from app.core.query.loading import with_columns
from app.core.trash import DELETED_AT
from app.extensions import db

LONG = 80
MAX_TITLES = 20
"""Linked rows that are named; the others are counted."""


@dataclass(frozen=True)
class FieldChange:
    """What became of one field: two values, a text word by word, or links."""

    name: str
    label: str
    before: str = EMPTY
    after: str = EMPTY
    parts: tuple[Part, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    more: int = 0
    """Links beyond those named."""


class Wording:
    """Writes changes of one model for whoever reads them."""

    def __init__(self, gate: Gate, left_out: Iterable[str] = ()) -> None:
        self.gate = gate
        self.left_out = {*left_out, DELETED_AT}
        self.seen = seen_fields(gate)
        model: Any = gate.model
        self.columns = {column.name: column for column in recorded_columns(model)}
        self.links = {relation.key for relation in recorded_links(model)}
        self.titles: dict[type, dict[str, str]] = {}
        self.loaded: set[int] = set()

    def load_titles(self, changes: Sequence[Change]) -> None:
        """Ask for what the rows named in these changes are called: one statement for a model."""
        wanted: dict[type, dict[str, None]] = {}
        self.loaded = {change.id for change in changes}
        for change in changes:
            for name, before, after in self._pairs(change):
                field = self.seen[name]
                if field.target is None:
                    continue
                keys = wanted.setdefault(field.target, {})
                if name in self.links:
                    keys.update(dict.fromkeys([*before[:MAX_TITLES], *after[:MAX_TITLES]]))
                else:
                    for values in (change.before, change.after):
                        key = related_key(field, values or {})
                        if key is not None:
                            keys[key] = None
        for target, found in wanted.items():
            self.titles[target] = titles_of(gate_of(target), found)

    def fields_of(self, change: Change) -> tuple[FieldChange, ...]:
        """The changed fields that the reader may see."""
        found: dict[str, FieldChange] = {}
        for name, before, after in self._pairs(change):
            field = self.seen[name]
            if field.name not in found:
                said = self._say(change, name, field, before, after)
                if said is not None:
                    found[field.name] = said
        return tuple(found.values())

    def names_of(self, change: Change) -> list[str]:
        """The labels of the changed fields; asks the database nothing."""
        fields = (self.seen[name] for name, _before, _after in self._pairs(change))
        return [str(label) for label in dict.fromkeys(str(field.label) for field in fields)]

    def _pairs(self, change: Change) -> list[tuple[str, Any, Any]]:
        """Name, old and new of each change that may be seen; links as lists of keys."""
        before, after = change.before or {}, change.after or {}
        found: list[tuple[str, Any, Any]] = []
        for name in dict.fromkeys([*before, *after]):
            if name not in self.seen or name in self.left_out:
                continue
            old, new = before.get(name), after.get(name)
            if name in self.links:
                found.append((name, keys_in(old), keys_in(new)))
            elif name in self.columns and (change.verb is Verb.EDIT or old != new):
                found.append((name, old, new))
        return found

    def _say(
        self, change: Change, name: str, field: Field, before: Any, after: Any
    ) -> FieldChange | None:
        label = str(field.label)
        if name in self.links:
            return self._say_links(field, label, before, after)
        if field.target is not None:
            old, new = (
                self._title(field, values, value)
                for values, value in ((change.before, before), (change.after, after))
            )
            return FieldChange(field.name, label, old, new)
        old, new = self._format(name, field, before), self._format(name, field, after)
        if field.kind.is_text and change.verb is Verb.EDIT and max(len(old), len(new)) > LONG:
            return FieldChange(field.name, label, old, new, compare(_plain(old), _plain(new)))
        return FieldChange(field.name, label, old, new)

    def _say_links(
        self, field: Field, label: str, before: list[str], after: list[str]
    ) -> FieldChange | None:
        known = self.titles.get(field.target, {}) if field.target else {}
        # A row that is hidden or gone is left out, as the page of the record leaves it out.
        added, removed = ([known[key] for key in keys if key in known] for keys in (after, before))
        more = max(len(before) - MAX_TITLES, 0) + max(len(after) - MAX_TITLES, 0)
        if not added and not removed:
            return None
        return FieldChange(field.name, label, added=tuple(added), removed=tuple(removed), more=more)

    def _title(self, field: Field, values: Mapping[str, Any] | None, value: Any) -> str:
        key = related_key(field, values or {})
        if key is None or field.target is None:
            return EMPTY if value is None or field.target is not None else str(value)
        return self.titles.get(field.target, {}).get(key, EMPTY)

    def _format(self, name: str, field: Field, stored: Any) -> str:
        if stored is None:
            return EMPTY
        try:
            return field.text_of(from_stored(self.columns[name].kind, stored))
        except BadValue:
            # The column was of another type when this was written.
            return str(stored)


def keys_in(value: Any) -> list[str]:
    """The keys of links, whether the database or Python wrote them."""
    found = json.loads(value) if isinstance(value, str) else value
    return [str(key) for key in found or ()]


def related_key(field: Field, values: Mapping[str, Any]) -> str | None:
    """The key of the row that a recorded foreign key leads to; None where it leads nowhere."""
    mapper: Mapper[Any] = sa.inspect(field.model)
    pairs = {
        remote: mapper.get_property_by_column(local).key
        for local, remote in mapper.relationships[field.name].local_remote_pairs or ()
    }
    target: Mapper[Any] = sa.inspect(field.target)
    parts = [values.get(pairs.get(column, "")) for column in target.primary_key]
    return None if any(part is None for part in parts) else encode_values(parts)


def titles_of(gate: Gate, keys: Iterable[str]) -> dict[str, str]:
    """What the rows with these keys are called; without those that the user may not see."""
    identities = []
    for key in keys:
        try:
            identities.append(decode_key(gate.model, key))
        except NotFound:
            continue
    if not identities:
        return {}
    chosen = holds_one_of(sa.inspect(gate.model).primary_key, identities)
    statement = with_columns(gate.rows().where(chosen), gate.model, (), ())
    return {encode_key(row): title_of(row) for row in db.session.scalars(statement)}


def _plain(text: str) -> str:
    return "" if text == EMPTY else text
