"""A control for many rows that are called by their names: `garden, Lisbon, night trains`.

It is a line of text with commas, which a script makes comfortable. A model joins in by saying how
its rows are found and made::

    call_by_name(Tag, Naming(find=find_tags, make=tags_named, draft=lambda name: Tag(name=name), …))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _, lazy_gettext as _l

from app.core.errors import NotFound
from app.core.fields import encode_key, title_of
from app.core.forms.inputs import MAX_KEYS, RelationsInput
from app.core.kinds import BadValue
from app.core.kinds.text import is_storable
from app.core.query.gate import gate_of

SEPARATOR = ","
HELP = _l("Several are separated by commas.")


@dataclass(frozen=True)
class Naming:
    """How the rows of a model are called by name."""

    find: Callable[[Sequence[str]], Mapping[str, Any]]
    """Gives the rows there are of these names, by `fold` of their names."""
    make: Callable[[Sequence[str]], Sequence[Any]]
    """Finds the rows of these names, and makes those that are missing, without a commit."""
    draft: Callable[[str], Any]
    """A row of this name that is not saved, to be shown until it is."""
    fold: Callable[[str], str]
    """What names of the same row have in common."""
    max_length: int


_namings: dict[type, Naming] = {}


def call_by_name(model: type, naming: Naming) -> None:
    """Let forms and the API take names for rows of this model."""
    _namings[model] = naming


def naming_of(model: type | None) -> Naming | None:
    """How rows of this model are called by name; None where they are not."""
    return None if model is None else _namings.get(model)


class NamedRowsInput(RelationsInput):
    """Any number of rows, by name; who may add rows of their model may name new ones."""

    widget_name = "names"

    def __init__(self, label: Any = None, validators: Any = None, **options: Any) -> None:
        options["description"] = options.get("description") or HELP
        super().__init__(label, validators, **options)

    @property
    def text(self) -> str:
        """The names, or what was typed where it was refused."""
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{SEPARATOR} ".join(title_of(row) for row in self.data or ())

    @property
    def can_make(self) -> bool:
        """Whether the user may name a row that is not there yet."""
        return gate_of(self._target).can("add")

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            self.is_missing = True
            return
        names = [part.strip() for part in valuelist[0].replace("\n", SEPARATOR).split(SEPARATOR)]
        self.data = self._rows_named([name for name in names if name])

    def to_save(self) -> Any:
        """The rows, of which those that were only named are made now."""
        rows = list(self.data or ())
        names = [title_of(row) for row in rows if _is_draft(row)]
        if not names:
            return self.data
        made = dict(zip(names, self._naming.make(names), strict=True))
        found = [made[title_of(row)] if _is_draft(row) else row for row in rows]
        return list(dict.fromkeys(found))

    def _from_json(self, value: Any) -> Any:
        """Take names, and keys as numbers or inside the objects that reading gives.

        A text is a name, unless there is none like it and a row has it for a key.
        """
        if not isinstance(value, list) or len(value) > MAX_KEYS:
            raise BadValue(_("Write a list of names or keys."))
        names = [item for item in value if isinstance(item, str)]
        keys = [self.field.kind.from_json([item])[0] for item in value if item not in names]
        known = self._found(names)
        as_keys = [n for n in names if n.isdecimal() and self._naming.fold(n) not in known]
        by_key = self._rows_with(as_keys)
        named = self._rows_named([name for name in names if name not in by_key])
        return list(dict.fromkeys([*named, *by_key.values(), *self._load(keys)]))

    def _rows_named(self, names: Sequence[str]) -> list[Any]:
        """The rows of these names; those that are not there yet as drafts."""
        if len(names) > MAX_KEYS:
            raise BadValue(_("Choose at most %(count)d records at once.", count=MAX_KEYS))
        found = self._found(names)
        for name in names:
            key = self._naming.fold(name)
            if key not in found:
                found[key] = self._drafted(name)
        return list(dict.fromkeys(found[self._naming.fold(name)] for name in names))

    def _found(self, names: Sequence[str]) -> dict[str, Any]:
        """The rows that the user may choose, by the fold of their names."""
        gate = gate_of(self._target)
        kept = {self._naming.fold(title_of(row)): row for row in self._rows_of(self.object_data)}
        found = dict(self._naming.find(names)) if names and gate.can_pick() else {}
        if found and gate.hides_rows:
            shown = {encode_key(row) for row in gate.named([encode_key(r) for r in found.values()])}
            found = {key: row for key, row in found.items() if encode_key(row) in shown}
        return found | kept

    def _rows_with(self, keys: Sequence[str]) -> dict[str, Any]:
        gate = gate_of(self._target)
        try:
            found = gate.named(keys) if keys and gate.can_pick() else []
        except NotFound:
            return {}
        return {encode_key(row): row for row in found}

    def _drafted(self, name: str) -> Any:
        """A row that is made when the form is saved."""
        limit = self._naming.max_length
        if len(name) > limit:
            raise BadValue(_("Use at most %(count)d characters.", count=limit))
        if SEPARATOR in name or not name.strip() or not is_storable(name):
            raise BadValue(_("A name has no comma, and at least one letter."))
        if not self.can_make:
            raise BadValue(
                _("There is no “%(name)s”, and you may not add it. Choose another.", name=name)
            )
        return self._naming.draft(name)

    @property
    def _target(self) -> type:
        assert self.field.target is not None
        return self.field.target

    @property
    def _naming(self) -> Naming:
        return _namings[self._target]


def _is_draft(row: Any) -> bool:
    state: Any = sa.inspect(row, raiseerr=False)
    return state is not None and state.transient
