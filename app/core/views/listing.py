"""The list of a model, and the choices that a picker asks for as one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import jsonify, request
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _

from app.core.drawing import SHOWN_OF_MANY
from app.core.errors import BadParameter, Forbidden, NotFound
from app.core.fields import Field
from app.core.filters import operators_of
from app.core.query.gate import gate_of
from app.core.query.page import ListPage
from app.core.query.state import CALENDAR, ListRules, ListState, Sort
from app.core.views.actions import Action
from app.core.views.base import Screen
from app.core.views.context import chips_of
from app.core.views.guard import guard
from app.core.views.table import Rows

PICK_LIMIT = 20
PAGE_SIZES = (10, 25, 50, 100)
MAX_PICK_LENGTH = 100


class ListPages(Screen):
    """`list/` and `pick/<field>`."""

    list_template = "core/list.html"
    related_template = "core/related.html"
    tools_template = "core/_tool_parts.html"

    @expose("/list/")
    @guard("read")
    def list(self) -> Any:
        """One page of the list, as the address asks for it."""
        state = self.read_state()
        if state.view == CALENDAR:
            return self.calendar_page(state)
        page = self.gate.page(state, many_limit=SHOWN_OF_MANY)
        if state.view == "related":
            return self.related_page(state, page)
        context = self.list_context(state)
        rows = self.rows_drawer(page.columns, context)
        return self.render_template(self.list_template, **context, page=page, rows=rows)

    def calendar_page(self, state: ListState) -> Any:
        """A month of the list; `CalendarPages` draws it."""
        raise NotFound

    def shows_calendar(self) -> bool:
        """Whether the user sees the column by which rows stand in a calendar."""
        return self.calendar_column in self.gate.usable_fields()

    def related_page(self, state: ListState, page: ListPage) -> Any:
        """The list as a part of the page of the record that all its rows refer to."""
        # Every row has the same record there, which is the page's own.
        back = state.filters[0].field if state.filters else None
        kept = [
            n for n, field in enumerate(page.columns) if back is None or field.name != back.name
        ]
        columns = [page.columns[n] for n in kept]
        lines = [line._replace(values=tuple(line.values[n] for n in kept)) for line in page.rows]
        return self.render_template(
            self.related_template,
            view=self,
            state=state,
            page=page,
            columns=columns,
            lines=lines,
            rows=Rows(self, columns),
        )

    def rows_drawer(self, columns: Sequence[Field], context: Mapping[str, Any]) -> Rows:
        """What draws the rows of the list that a template is given this context for."""
        actions: Sequence[Action] = context["actions"]
        return Rows(self, columns, is_pickable=any(action.multiple for action in actions))

    @expose("/tools")
    @guard("read")
    def tools(self) -> Any:
        """The filter and the choice of columns, which a script asks for when they are opened."""
        state = self.read_state()
        return self.render_template(self.tools_template, **self.tools_context(state))

    @expose("/pick/<field>")
    @guard("read")
    def pick(self, field: str) -> Any:
        """The rows that a relation may point at, as `{"results": [{value, text}], "more"}`."""
        found = self.gate.fields().get(field)
        if found is None or found.target is None:
            raise NotFound
        text = request.args.get("q", "")
        if "\0" in text or len(text) > MAX_PICK_LENGTH:
            raise BadParameter(errors={"q": [_("Write a shorter text.")]})
        gate = gate_of(found.target)
        if not gate.can_pick():
            raise Forbidden
        pairs, more = gate.choices(text, PICK_LIMIT)
        results = [{"value": key, "text": title} for key, title in pairs]
        return jsonify(results=results, more=more)

    def read_state(self, args: Any = None) -> ListState:
        """The state that the address asks for; raises `BadParameter` that names what is wrong."""
        return ListState.parse(request.args if args is None else args, self.list_rules())

    def list_rules(self) -> ListRules:
        """What this user may ask the list for."""
        fields = self.gate.fields()
        return ListRules(
            fields=fields,
            columns=tuple(name for name in self.derived.list_columns if name in fields),
            sort=self._visible_sort(),
            page_size=self.page_size,
            max_page_size=self.max_page_size,
            sortable=self.derived.order_columns,
            filterable=self.derived.filter_columns,
            has_calendar=self.shows_calendar(),
        )

    def _visible_sort(self) -> tuple[Sort, ...]:
        """The view's order; one by a field that is hidden from the user would tell its values."""
        usable = self.gate.usable_fields()
        for order in (self.default_sort, self.gate.default_sort()):
            if all(sort.field.name in usable for sort in order):
                return order
        return ()

    def list_context(self, state: ListState) -> dict[str, Any]:
        """What the list's templates need beside the rows."""
        fields = self.gate.fields()
        can = self.rights()
        actions = self._usable_actions(can)
        return {
            "view": self,
            "state": state,
            "can": can,
            "chips": chips_of(state),
            "has_filters": any(self._is_filterable(field) for field in fields.values()),
            "sortable": {
                name for name in self.derived.order_columns if self._is_sortable(fields.get(name))
            },
            "actions": actions,
            "row_actions": tuple(action for action in actions if action.single),
            "exports": self.export_formats if can["export"] else (),
            "page_sizes": [size for size in PAGE_SIZES if size <= self.max_page_size],
            "charts_url": self.charts_url(state),
            "has_calendar": self.shows_calendar(),
        }

    def tools_context(self, state: ListState) -> dict[str, Any]:
        """What the templates of the filter and of the columns need."""
        fields = self.gate.fields()
        return {
            "view": self,
            "state": state,
            "chips": chips_of(state),
            "filterable": [field for field in fields.values() if self._is_filterable(field)],
            "columns_all": [
                field
                for name, field in fields.items()
                if name in self.derived.offered and not field.kind.is_long
            ],
            "operators_of": operators_of,
        }

    def charts_url(self, state: ListState) -> str | None:
        """Where the charts of this list are, with its filters; None where it has none."""
        if not self.chart_names():
            return None
        return f"{self.url('chart')}{state.url(sort=(), columns=(), view='table')}"

    def chart_names(self) -> tuple[str, ...]:
        """The names of the charts that this user may see; the chart pages say which."""
        return ()

    def _is_filterable(self, field: Field) -> bool:
        return field.name in self.derived.filter_columns and bool(operators_of(field))

    @staticmethod
    def _is_sortable(field: Field | None) -> bool:
        return field is not None and field.is_sortable

    def _usable_actions(self, can: dict[str, bool]) -> Sequence[Action]:
        return [
            action
            for action in self.actions.values()
            if (can[action.name] if action.name in can else self.gate.can(action.name))
        ]
