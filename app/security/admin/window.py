"""Which rows a page of the table of rights has: all on most sites, a hundred on a large one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import (
    PermissionView as Pair,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_babel import gettext as _

from app.extensions import db
from app.security.rights.naming import subject_names

ADMINISTRATION = "administration"
SHOWN = 100
"""How many subjects a page shows at most; each has five rights or so."""
MAX_WORDS = 200


@dataclass(frozen=True)
class Subject:
    """What some rights are about, with the group of the menu that it stands in."""

    key: int
    name: str
    label: str
    area: str

    def fits(self, words: Iterable[str]) -> bool:
        """Whether all of these words are in its names."""
        text = f"{self.area} {self.label} {self.name}".casefold()
        return all(word in text for word in words)


@dataclass(frozen=True)
class Window:
    """The subjects of one page, in the order in which they stand there."""

    subjects: Sequence[Subject]
    page: int
    count: int
    """How many subjects there are on all pages."""
    words: str = ""
    is_given: bool = False
    """Whether only subjects are shown of which the role has a right."""

    @property
    def last_page(self) -> int:
        return max(1, -(-self.count // SHOWN))

    @property
    def is_part(self) -> bool:
        """Whether there are more subjects than these."""
        return self.last_page > 1 or bool(self.words) or self.is_given

    @property
    def first(self) -> int:
        return (self.page - 1) * SHOWN + 1 if self.count else 0

    @property
    def last(self) -> int:
        return min(self.page * SHOWN, self.count)

    @property
    def keys(self) -> str:
        """The subjects as a form carries them: what was ticked is about these, whatever comes."""
        return ",".join(str(subject.key) for subject in self.subjects)

    def parameters(self, page: int | None = None) -> dict[str, Any]:
        """What an address needs to lead to a page of these subjects."""
        given = {"q": self.words, "given": int(self.is_given), "page": page or self.page}
        return {name: value for name, value in given.items() if value}


def find_window(asked: Mapping[str, str], role_id: int | None = None, keys: str = "") -> Window:
    """The page that an address asks for, or with the subjects of a form: one statement.

    Which subjects are given is asked of the role.
    """
    words = asked.get("q", "")[:MAX_WORDS].strip()
    is_given = role_id is not None and asked.get("given") == "1"
    carried = {number for number in map(_number, keys.split(",")[:SHOWN]) if number}
    known = _subjects(role_id if is_given else None, carried)
    found = [subject for subject in known if subject.fits(words.casefold().split())]
    page = max(1, min(_number(asked.get("page", "")), -(-len(found) // SHOWN)))
    shown = found[(page - 1) * SHOWN : page * SHOWN]
    if carried:
        shown = [subject for subject in known if subject.key in carried]
    return Window(shown, page, len(found), words, is_given)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _subjects(role_id: int | None, carried: Collection[int]) -> list[Subject]:
    """All subjects that rights are about, or those of a role's rights, in their order."""
    used: Any = sa.select(Pair.view_menu_id)
    if role_id is not None:
        link = assoc_permissionview_role.c
        used = used.join(assoc_permissionview_role, link.permission_view_id == Pair.id)
        used = used.where(link.role_id == role_id)
    chosen = sa.or_(ViewMenu.id.in_(used), ViewMenu.id.in_(carried))
    places, others = _places(), _("Other pages")
    order = {area: place for place, area in enumerate(dict.fromkeys([*places.values(), others]))}
    rows = db.session.execute(sa.select(ViewMenu.id, ViewMenu.name).where(chosen)).all()
    found = [
        Subject(key, name, label, places.get(name, others))
        for (key, name), label in zip(rows, subject_names(row.name for row in rows), strict=True)
    ]
    return sorted(found, key=lambda subject: (order[subject.area], subject.label.casefold()))


def _places() -> dict[str, str]:
    """The group of the menu that each subject belongs to; administration comes last."""
    views: Any = current_app.appbuilder.baseviews  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    for view in sorted(views, key=lambda view: getattr(view, "area", "") == ADMINISTRATION):
        label = getattr(view, "group_label", "")
        if label:
            found.setdefault(view.class_permission_name, str(label))
    return found
