"""Permissions: the pairs that views declare, to look at; roles hold them."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView as Pair,
    ViewMenu,
)
from flask_babel import lazy_gettext as _l

from app.core.fields import Field
from app.core.kinds.text import Text
from app.core.query.gate import Gate
from app.core.views import ModelView
from app.extensions import db
from app.security.rights.naming import Names, name_of, subject_name, verb_name


@dataclass(frozen=True)
class SaidField(Field):
    """What a column of names from the code means to people."""

    said: Callable[[Any], str] = str

    @property
    def is_computed(self) -> bool:
        return True

    def value(self, row: Any) -> str:
        return self.said(row)


class PermissionView(ModelView):
    """All permissions there are. `fab create-permissions` makes them, nobody else does."""

    datamodel = SQLAInterface(Pair)
    class_permission_name = "Permission"
    plural = "permissions"
    icon = "key"
    list_title = _l("Permissions")
    record_title = _l("Permission")
    is_readonly = True
    label_columns = {
        "permission": _l("Verb in code"),
        "view_menu": _l("Subject in code"),
        "role": _l("Roles"),
    }
    show_template = "security/permission.html"
    list_columns = ["role"]
    show_columns = ["view_menu", "permission"]
    search_columns = ["permission.name", "view_menu.name"]
    filter_columns = ["role"]
    base_order = ("view_menu", "asc")
    charts = ()

    def __init__(self) -> None:
        super().__init__()
        derived = self.derived
        said = [
            SaidField("what", _l("Subject"), Text(), Pair, said=_said_subject),
            SaidField("right", _l("Permission"), Text(), Pair, said=_said_verb),
        ]
        names = tuple(field.name for field in said)
        derived.fields = {**{field.name: field for field in said}, **derived.fields}
        derived.list_columns = (*names, *derived.list_columns)
        derived.show_columns = (*names, *derived.show_columns)
        self.gate = Gate(
            Pair,
            subject=self.class_permission_name,
            search=derived.search_columns,
            fields=derived.fields,
        )

    def name_of(self, pair: Pair) -> str:
        """What people call a permission."""
        return name_of(pair.permission.name, pair.view_menu.name)


def _said_subject(pair: Pair) -> str:
    return subject_name(pair.view_menu.name)


def _said_verb(pair: Pair) -> str:
    return verb_name(pair.permission.name, pair.view_menu.name)


@dataclass(frozen=True)
class Named:
    """A permission with its name for people."""

    key: int
    permission: str
    subject: str
    name: str


def find_permissions(words: str, limit: int) -> tuple[list[Named], bool]:
    """The first permissions whose names hold all words, and whether there are more."""
    wanted = words.casefold().split()
    found = [
        named
        for named in _named(_ALL)
        if not wanted or all(word in named.name.casefold() for word in wanted)
    ]
    first = heapq.nsmallest(limit, found, key=lambda named: named.name.casefold())
    return first, len(found) > limit


def name_permissions(keys: Collection[int]) -> list[tuple[int, str]]:
    """These permissions as (key, name), in the order of their names."""
    found = _named(_ALL.where(Pair.id.in_(keys)))
    return sorted(((n.key, n.name) for n in found), key=lambda pair: pair[1].casefold())


_ALL: Any = (
    sa.select(Pair.id, Permission.name, ViewMenu.name)
    .join(Permission, Pair.permission_id == Permission.id)
    .join(ViewMenu, Pair.view_menu_id == ViewMenu.id)
)


def _named(statement: Any) -> Iterator[Named]:
    names = Names()
    for key, permission, subject in db.session.execute(statement):
        yield Named(key, permission, subject, names.name_of(permission, subject))
