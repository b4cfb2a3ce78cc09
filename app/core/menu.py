"""The menu: which pages there are, and which of them somebody may open."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.menu import MenuItem

LAST_GROUP = "administration"
"""The group that stands below those of the features, whenever it was registered."""

Right = tuple[str, str]


@dataclass(frozen=True)
class MenuEntry:
    """A page that the user may open; `add_url` where they may also add a record there."""

    label: str
    icon: str
    url: str
    add_url: str | None = None


@dataclass(frozen=True)
class MenuGroup:
    """The pages of one area."""

    name: str
    label: str
    icon: str
    items: tuple[MenuEntry, ...]


@dataclass(frozen=True, eq=False)
class Place:
    """One place in the menu, whoever may see it: what it leads to, and the rights it takes."""

    area: MenuItem
    item: MenuItem
    right: Right | None
    """What it takes to open it; None where everybody may."""
    add_right: Right | None
    """What it takes to add a record there; None where nobody can."""

    @property
    def address(self) -> str:
        """How a request for it is known: the name of its view, or what a link leads to."""
        view = self.item.baseview
        return str(view.endpoint if view is not None else self.item.href)

    def entry(self, rights: Container[Right]) -> MenuEntry:
        """What somebody with these rights sees of it."""
        can_add = self.add_right in rights
        add_url = self.item.baseview.url("add") if can_add else None
        return MenuEntry(str(self.item.label), self.item.icon, self.item.get_url(), add_url)


class MenuPlan:
    """All places of an application's menu, in their order."""

    def __init__(self, areas: Iterable[MenuItem]) -> None:
        ordered = sorted(areas, key=lambda area: bool(area.name == LAST_GROUP))
        found = (_place(area, item) for area in ordered for item in area.childs or [area])
        self.places = tuple(place for place in found if place is not None)
        self._by_address = {place.address: place for place in self.places}

    def shown_to(self, rights: Container[Right]) -> tuple[Place, ...]:
        """The places for somebody with these rights."""
        return tuple(
            place
            for place in self.places
            if (place.right is None or place.right in rights)
            and (place.item.cond is None or place.item.cond())
        )

    def current(self) -> Place | None:
        """The place that the page of this request belongs to."""
        addresses = (request.blueprint, request.endpoint, request.path)
        found = (self._by_address.get(address) for address in addresses if address)
        return next(filter(None, found), None)


def groups_of(places: Iterable[Place], rights: Container[Right] = ()) -> list[MenuGroup]:
    """The places as groups of entries, in the language of this request."""
    found: dict[str, tuple[MenuItem, list[MenuEntry]]] = {}
    for place in places:
        found.setdefault(place.area.name, (place.area, []))[1].append(place.entry(rights))
    return [
        MenuGroup(name, str(area.label), area.icon, tuple(entries))
        for name, (area, entries) in found.items()
    ]


def _place(area: MenuItem, item: MenuItem) -> Place | None:
    """The place of a menu item; None for one that nobody could open."""
    if item.name == "-":
        return None
    view = item.baseview
    if view is None:
        return Place(area, item, None, None)
    right = _right_to(view, view.default_view)
    add_right = _right_to(view, "add") if hasattr(view, "url") else None
    return Place(area, item, right, add_right) if right is not None else None


def _right_to(view: Any, method: str) -> Right | None:
    """The right to call a method of a view; None where there is none to be had."""
    if not hasattr(view, method):
        return None
    permission = f"{PERMISSION_PREFIX}{view.get_method_permission(method)}"
    return (permission, view.class_permission_name) if permission in view.base_permissions else None
