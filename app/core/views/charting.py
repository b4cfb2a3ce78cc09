"""The charts of a list: all on one page, each alone, and the data of each as a file."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, get_template_attribute
from flask_appbuilder.baseviews import expose
from sqlalchemy.exc import DBAPIError

from app.core.charts import Chart
from app.core.charts.check import check_charts
from app.core.charts.data import ChartData, Row, chart_data
from app.core.charts.derive import derive_charts
from app.core.error_handlers import wants_fragment
from app.core.errors import NotFound
from app.core.export import write_csv
from app.core.failed_statements import problem_of_statement
from app.core.filters import Condition
from app.core.query.state import ListState
from app.core.signals import announce
from app.core.views.context import chips_of
from app.core.views.guard import guard
from app.core.views.listing import ListPages
from app.extensions import db

logger = logging.getLogger(__name__)

TOO_LONG = "took_too_long"
INLINE_CHARTS = 2
"""Charts that the page comes with; the others follow when they are scrolled to."""


@dataclass(frozen=True)
class Panel:
    """One chart for the templates; without `rows` it is still to be loaded from `fragment_url`."""

    name: str
    label: str
    kind: str
    stacked: bool
    csv_url: str
    fragment_url: str
    list_url: str
    is_loaded: bool = False
    is_too_slow: bool = False
    """Whether the database was stopped before it had counted."""
    group_label: str = ""
    series: Sequence[str] = ()
    rows: Sequence[Row] = field(default_factory=tuple)


class ChartPages(ListPages):
    """`chart/`, `chart/<name>` and `chart/<name>/csv`, over the rows that the list shows."""

    chart_template = "core/chart.html"

    def __init__(self) -> None:
        super().__init__()
        self.charts_by_name = self._read_charts()

    @expose("/chart/")
    @guard("read")
    def chart(self) -> Any:
        """All charts of the list."""
        state = self.read_state()
        charts = self._visible_charts()
        panels = [
            self._panel(chart, state, load=number < INLINE_CHARTS)
            for number, chart in enumerate(charts.values())
        ]
        return self._charts_page(state, panels)

    @expose("/chart/<name>")
    @guard("read")
    def chart_one(self, name: str) -> Any:
        """One chart: a page, or the part of one that htmx asks for."""
        chart = self._get_chart(name)
        state = self.read_state()
        panel = self._panel(chart, state, load=True)
        if wants_fragment():
            return str(get_template_attribute("core/_chart.html", "chart_figure")(panel))
        return self._charts_page(state, [panel])

    @expose("/chart/<name>/csv")
    @guard("read")
    def chart_csv(self, name: str) -> Any:
        """The numbers of one chart as a CSV file."""
        chart = self._get_chart(name)
        data = self._data(chart, self.read_state())
        heads = [data.group_label, *data.series_labels]
        rows = ([row.label, *(value.number for value in row.values)] for row in data.rows)
        response = Response(b"".join(write_csv(heads, rows)), mimetype="text/csv")
        model, rows_taken = self.gate.model.__name__, len(data.rows)
        details = {"chart": chart.key, "file_format": "csv", "rows": rows_taken}
        announce("export", target=(model, None, model), details=details, stands_alone=True)
        filename = f"{self.plural}-{chart.key}.csv"
        response.headers.set("Content-Disposition", "attachment", filename=filename)
        response.cache_control.no_store = True
        return response

    def chart_names(self) -> tuple[str, ...]:
        return tuple(self._visible_charts())

    def _read_charts(self) -> Mapping[str, Chart]:
        """The declared charts, checked; those that the model suggests where none are declared."""
        fields = self.derived.fields
        if self.charts is not None:
            return check_charts(type(self).__name__, self.charts, fields)
        names = [name for name in fields if name not in self.exclude_columns]
        return check_charts(type(self).__name__, derive_charts(fields, names), fields)

    def _visible_charts(self) -> Mapping[str, Chart]:
        """Without those that show a field which is hidden from this user, or masked."""
        visible = self.gate.usable_fields().keys()
        return {
            name: chart
            for name, chart in self.charts_by_name.items()
            if chart.field_names() | {text.partition(":")[0] for text in chart.only} <= visible
        }

    def _get_chart(self, name: str) -> Chart:
        chart = self._visible_charts().get(name)
        if chart is None:
            raise NotFound
        return chart

    def _data(self, chart: Chart, state: ListState) -> ChartData:
        filterable = self.derived.filter_columns
        if chart.only:
            known = self.gate.fields()
            conditions = (Condition.parse(text, known) for text in chart.only)
            state = replace(state, filters=(*state.filters, *conditions))
        return chart_data(chart, self.gate, state, filterable, view=type(self).__name__)

    def _panel(self, chart: Chart, state: ListState, *, load: bool) -> Panel:
        query = state.url()
        panel = Panel(
            name=chart.key,
            label=chart.title,
            kind=chart.drawn_as.value,
            stacked=chart.is_stacked,
            csv_url=self.url("chart_csv", chart.key) + query,
            fragment_url=self.url("chart_one", chart.key) + query,
            list_url=self.url("list"),
            is_loaded=load,
        )
        return self._filled(panel, chart, state) if load else panel

    def _filled(self, panel: Panel, chart: Chart, state: ListState) -> Panel:
        """The panel with its numbers; one that takes too long must not cost the whole page."""
        try:
            data = self._data(chart, state)
        except DBAPIError as error:
            problem = problem_of_statement(error)
            if problem is None or problem.code != TOO_LONG:
                raise
            logger.warning("the chart %s of %s takes too long", chart.key, self.plural)
            db.session.rollback()
            return replace(panel, is_too_slow=True)
        labels, series = data.group_label, data.series_labels
        return replace(panel, group_label=labels, series=series, rows=data.rows)

    def _charts_page(self, state: ListState, panels: Sequence[Panel]) -> Any:
        return self.render_template(
            self.chart_template, view=self, state=state, chips=chips_of(state), charts=panels
        )
