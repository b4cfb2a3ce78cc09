"""The ground of all generated screens: one model, one gate, one set of derived options."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_appbuilder.baseviews import BaseView
from flask_babel import gettext as _

from app.core.addresses import page_url
from app.core.labels import humanise_class, plural_of
from app.core.query.gate import Gate
from app.core.query.rules import FieldRule, RowRule, rows
from app.core.query.state import Sort
from app.core.trash import is_trashable
from app.core.views.actions import DELETE, EDIT, Action, actions_of
from app.core.views.checks import order_pairs
from app.core.views.options import Derived, Options

CHANGES = frozenset({"add", "edit", "delete"})
ARGUMENTS = {
    "bulk": "name",
    "chart_csv": "name",
    "chart_one": "name",
    "export": "file_format",
    "pick": "field",
    "trash_bulk": "name",
}
"""What the pages of a view are for, where it is no record: the name in their addresses."""
TRASH_ROUTES = ("trash", "trash_bulk", "recover", "purge")


class Screen(Options, BaseView):
    """A model with its gate; the mixins beside it add the pages.

    It stands on FAB's `BaseView`, which brings routes and permissions. FAB's own `ModelView` is
    not used: its routes load rows without the rules that its list obeys.
    """

    default_view = "list"

    def __init__(self) -> None:
        if self.datamodel is None:
            raise TypeError(f"{type(self).__name__} has no datamodel")
        self.derived = Derived(self)
        model = self.derived.model
        self.class_permission_name = _declared(self, "class_permission_name") or model.__name__
        self.list_title = self.derived.list_title
        self.record_title = self.derived.record_title
        self.plural = self.plural or kebab(plural_of(humanise_class(model.__name__)))
        self.actions = self._find_actions()
        self.gate = Gate(
            model,
            subject=self.class_permission_name,
            row_rules=(*self.row_rules, *self._fab_filters()),
            field_rules=self.field_rules,
            search=self.derived.search_columns,
            fields=self.derived.fields,
            public=self.public_columns,
        )
        self.default_sort = self._read_order()
        if not self.has_trash:
            excluded = getattr(self, "exclude_route_methods", ())
            self.exclude_route_methods = {*excluded, *TRASH_ROUTES}
        super().__init__()
        self.base_permissions = self._offered_permissions()

    @property
    def resource(self) -> str:
        """What its REST resource is called in code; a model may have several views."""
        return type(self).__name__.removesuffix("View")

    @property
    def add_title(self) -> str:
        return _("New %(record)s", record=str(self.record_title).lower())

    @property
    def show_title(self) -> str:
        return str(self.record_title)

    @property
    def has_trash(self) -> bool:
        """Whether deleted rows wait in a trash."""
        return is_trashable(self.derived.model) and not self.is_readonly

    @property
    def can_search(self) -> bool:
        return bool(self.gate.search_names)

    def url(self, name: str, argument: str | None = None, **query: Any) -> str:
        """The address of one of this view's pages: `url("show", key)`, `url("export", "csv")`."""
        if argument is not None:
            query[ARGUMENTS.get(name, "pk")] = argument
        return page_url(f"{self.endpoint}.{name}", **query)

    def rights(self) -> dict[str, bool]:
        """What the user may do with rows of this model, by verb."""
        return {verb: self.allows(verb) for verb in ("read", "add", "edit", "delete", "export")}

    def allows(self, verb: str) -> bool:
        """Whether the view offers `verb`, and the user may do it."""
        return f"can_{verb}" in self.base_permissions and self.gate.can(verb)

    def _find_actions(self) -> dict[str, Action]:
        found = actions_of(self)
        if self.is_readonly:
            return found
        edit = {EDIT.name: EDIT} if self.derived.bulk_columns else {}
        return {**edit, **found, DELETE.name: DELETE}

    def _offered_permissions(self) -> list[str]:
        dropped = {f"can_{verb}" for verb in CHANGES} if self.is_readonly else set()
        # A verb that only a rule asks for must exist too, or nobody could be given it.
        rules: list[FieldRule | RowRule] = [*self.field_rules, *self.row_rules]
        asked = {f"can_{rule.unless}" for rule in rules if rule.unless}
        names = [name for name in self.base_permissions if name not in dropped]
        # Who fills in a form must be able to choose a row without the right to read its list.
        return [*names, *sorted((asked | {"can_pick"}) - set(names))]

    def _fab_filters(self) -> list[RowRule]:
        """FAB's `base_filters` as row rules: each filter class writes its own condition."""

        def conditions(_user: Any) -> Any:
            assert self.datamodel is not None
            chosen = self.datamodel.get_filters().add_filter_list(self.base_filters)
            return chosen.apply_all(sa.select(self.derived.model)).whereclause

        return [rows(conditions)] if self.base_filters else []

    def _read_order(self) -> tuple[Sort, ...]:
        if self.base_order is None:
            return self.gate.default_sort()
        return tuple(
            Sort(self.derived.fields[name], descending=direction == "desc")
            for name, direction in order_pairs(self.base_order)
        )


def _declared(view: Any, name: str) -> str:
    """What the class says; FAB writes the same names onto the instance later."""
    return getattr(type(view), name, None) or ""


def kebab(text: str) -> str:
    """`Todo lists` as a part of an address: `todo-lists`."""
    return "-".join(text.lower().split())
