"""What the page of a record says of it: its fields in groups, each drawn once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from markupsafe import Markup

from app.core.drawing import download, fact, html
from app.core.fields import Field, Line
from app.core.views.context import file_linker, key_in_path, link_maker

if TYPE_CHECKING:
    from app.core.views.base import Screen

_MARK = "\0"
"""Stands where the label of a field will be; no label has this character."""


@dataclass(frozen=True)
class Fact:
    """One field of a record: its value as HTML, and where it is changed, if it can be."""

    field: Field
    label: str
    value: Markup
    change_url: str | None = None
    change_label: str = ""

    @property
    def is_wide(self) -> bool:
        return self.field.kind.is_long or self.field.is_many


Group = tuple[Any, Sequence[Fact]]
"""A legend with its facts."""


def facts_of(
    view: Screen, pk: str, line: Line, fields: Iterable[Field], inline: Collection[str]
) -> dict[str, Fact]:
    """The facts of a record, by name; `inline` are the fields that are changed one by one."""
    link, file_link = link_maker(), file_linker(view)
    change, start = "", ""
    if inline:
        change = _("Change %(field)s", field=_MARK)
        start = view.url("cell", pk, field="0").removesuffix("0")
    found = {}
    for field, value in zip(fields, line.values, strict=True):
        if field.kind.name == "file":
            drawn = html(download(value, file_link(field, line.key)))
        else:
            drawn = html(fact(field, link)(value))
        label = str(field.label)
        if field.name in inline:
            url = start + key_in_path(field.name)
            found[field.name] = Fact(field, label, drawn, url, change.replace(_MARK, label))
        else:
            found[field.name] = Fact(field, label, drawn)
    return found


def grouped(
    facts: Mapping[str, Fact], groups: Iterable[tuple[Any, Sequence[str]]]
) -> Sequence[Group]:
    """The facts in the groups of a page; a group of which the user may see nothing is left out."""
    found = [(legend, [facts[n] for n in names if n in facts]) for legend, names in groups]
    return [(legend, members) for legend, members in found if members]


def belongs(
    condition: Sequence[str], fields: Mapping[str, Field], values: Mapping[str, Any], name: str
) -> bool:
    """Whether a field is one of those that this record has; one that is filled always is."""
    return bool(values.get(name)) or is_met(condition, fields, values)


def is_met(
    condition: Sequence[str], fields: Mapping[str, Field], values: Mapping[str, Any]
) -> bool:
    """Whether the first-named field has one of the values behind it, as far as one may see it."""
    if not condition or condition[0] not in fields:
        return True
    decided = values[condition[0]]
    return decided is None or fields[condition[0]].kind.to_input(decided) in condition[1:]
