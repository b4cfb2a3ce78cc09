"""All rights there are as a table: models by verbs, in plain words, with the rules beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView as Pair,
    ViewMenu,
    assoc_permissionview_role,
)

from app.core.query.rules import FieldRule, RowRule
from app.extensions import db
from app.security.admin.window import Subject, Window
from app.security.rights.naming import (
    rule_in_words,
    subject_name,
    verb_name,
    views_of,
)
from app.security.rights.sets import Rights

COMMON = ("read", "add", "edit", "delete", "export")
"""The verbs that have a column of their own; all others stand in the row by their names."""

StoredPairs = Mapping[int, tuple[str, str]]
"""Permissions there are: key -> (permission, subject)."""


@dataclass(frozen=True)
class Box:
    """One right to be ticked."""

    key: int
    label: str
    is_on: bool
    is_locked: bool
    """Whether whoever looks at it may neither give nor take it."""


@dataclass(frozen=True)
class Row:
    """One model, or one page that belongs to none."""

    subject: str
    label: str
    common: Mapping[str, Box]
    others: Sequence[Box]
    rules: Sequence[str]

    @property
    def boxes(self) -> list[Box]:
        """All boxes of the row."""
        return [*self.common.values(), *self.others]


@dataclass(frozen=True)
class Area:
    """The rows of one group of the menu."""

    label: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Matrix:
    """What the page of a role shows."""

    areas: Sequence[Area]
    verbs: Sequence[tuple[str, str]]
    window: Window

    @property
    def has_locked(self) -> bool:
        """Whether there are rights that whoever looks at it does not hold."""
        return any(box.is_locked for box in self._boxes())

    def _boxes(self) -> Iterable[Box]:
        return (box for area in self.areas for row in area.rows for box in row.boxes)

    def given(self) -> list[tuple[Row, list[Box]]]:
        """The rows of which something is ticked, with that."""
        rows = [row for area in self.areas for row in area.rows]
        found = [(row, [box for box in row.boxes if box.is_on]) for row in rows]
        return [(row, boxes) for row, boxes in found if boxes]


def read_pairs(window: Window | None = None) -> StoredPairs:
    """All permissions there are, or those that a page shows: one statement."""
    statement = (
        sa.select(Pair.id, Permission.name, ViewMenu.name)
        .join(Permission, Pair.permission_id == Permission.id)
        .join(ViewMenu, Pair.view_menu_id == ViewMenu.id)
    )
    if window is not None:
        statement = statement.where(ViewMenu.id.in_([s.key for s in window.subjects]))
    return {key: (name, subject) for key, name, subject in db.session.execute(statement)}


def keys_of_role(role_id: int, among: StoredPairs | None = None) -> frozenset[int]:
    """The permissions that a role holds, or those of them that are among others: one statement."""
    link = assoc_permissionview_role.c
    statement = sa.select(link.permission_view_id).where(link.role_id == role_id)
    if among is not None:
        statement = statement.where(link.permission_view_id.in_(among))
    return frozenset(db.session.scalars(statement))


def make_matrix(
    window: Window,
    pairs: StoredPairs,
    ticked: Collection[int],
    held: Rights,
    *,
    is_locked: bool = False,
) -> Matrix:
    """The page with these ticked; what is not held, or all of it, cannot be changed."""
    by_subject: dict[str, dict[str, int]] = {subject.name: {} for subject in window.subjects}
    for key, (permission, name) in pairs.items():
        if name in by_subject:
            by_subject[name][permission] = key
    on = set(ticked)
    rows: dict[str, list[Row]] = {}
    for subject in window.subjects:
        boxes = {
            name.removeprefix(PERMISSION_PREFIX): Box(
                key,
                verb_name(name, subject.name),
                key in on,
                is_locked or (name, subject.name) not in held,
            )
            for name, key in by_subject[subject.name].items()
        }
        rows.setdefault(subject.area, []).append(_row(subject, boxes))
    areas = [Area(label, found) for label, found in rows.items()]
    verbs = [(verb, verb_name(f"{PERMISSION_PREFIX}{verb}", "")) for verb in COMMON]
    return Matrix(areas, verbs, window)


def _row(subject: Subject, boxes: Mapping[str, Box]) -> Row:
    others = [box for verb, box in boxes.items() if verb not in COMMON]
    return Row(
        subject.name,
        subject.label,
        {verb: boxes[verb] for verb in COMMON if verb in boxes},
        sorted(others, key=lambda box: box.label.casefold()),
        rules_of(subject.name),
    )


def rules_of(subject: str) -> list[str]:
    """The rules of rows and fields that views of a subject declare, in words."""
    found: dict[str, None] = {}
    for view in views_of(subject):
        rules: list[FieldRule | RowRule] = [*view.gate.row_rules, *view.gate.field_rules]
        for rule in rules:
            # What is hidden from all is no concern of a role.
            if rule.unless is not None or isinstance(rule, RowRule):
                found[rule_in_words(rule, view)] = None
    return list(found)


def named(keys: Iterable[int], pairs: StoredPairs) -> list[str]:
    """Some rights as `Todo lists: Edit`, in the order of their names."""
    found = [
        f"{subject_name(subject)}: {verb_name(permission, subject)}"
        for permission, subject in (pairs[key] for key in keys if key in pairs)
    ]
    return sorted(found, key=str.casefold)


def lacked(keys: Iterable[int], pairs: StoredPairs, held: Rights) -> frozenset[tuple[str, str]]:
    """Those of these rights that are not held."""
    found: Any = frozenset(pairs[key] for key in keys if key in pairs)
    return frozenset(found - held)
