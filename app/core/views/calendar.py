"""A month of a list: each row on the day that one of its columns says."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from app.core.clock import now
from app.core.drawing import cell, html
from app.core.fields import Field, Line
from app.core.filters import Condition
from app.core.filters.operators import OPERATORS
from app.core.formats import current_formats
from app.core.kinds.moment import Moment
from app.core.query.state import ListState, Sort
from app.core.views.context import key_in_path, record_address
from app.core.views.forms import FormParts
from app.core.views.listing import ListPages

MAX_ENTRIES = 1_000
"""More rows of one month are not drawn; the list has them."""
SHOWN_A_DAY = 6
NOON = datetime.time(9, 0)
"""When something is planned that is added on a day: at a time at which people work."""
DAY = datetime.timedelta(days=1)
INSTANT = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Entry:
    """One row of the list in the calendar."""

    title: str
    url: str
    time: str
    state: Any
    """Its state as HTML, with its colour; empty where the view names none."""


@dataclass
class Day:
    """One day of the month, or of a week that it shares with its neighbours."""

    date: datetime.date
    label: str
    is_in_month: bool
    is_today: bool
    list_url: str
    add_url: str | None
    entries: list[Entry] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Month:
    """What the page shows: the weeks, and the ways to other months."""

    title: str
    weekdays: Sequence[tuple[str, str]]
    """The names of the days of a week: whole, and in a few letters."""
    weeks: Sequence[Sequence[Day]]
    previous_url: str
    next_url: str
    today_url: str
    zone: str
    """The time zone of the days, where it matters."""


class CalendarPages(ListPages, FormParts):
    """`list/?view=calendar&month=2026-11`, with the conditions of the list."""

    calendar_template = "core/calendar.html"

    def calendar_page(self, state: ListState) -> Any:
        """One month, through the gate as the list goes."""
        column = self.gate.usable_fields()[self.calendar_column]
        first = _first_day(state.month)
        days = _days_shown(first)
        page = self.gate.page(self._rows_of(state, column, days))
        month = self._month(state, column, first, days, page.rows)
        context = self.list_context(state) | {"page": page, "month": month, "row_actions": ()}
        return self.render_template(self.calendar_template, **context)

    def _rows_of(self, state: ListState, column: Field, days: Sequence[datetime.date]) -> ListState:
        """The state of a list of all that stands on these days, in order."""
        names = [name for name in (column.name, self.calendar_state) if name]
        between = Condition(column, OPERATORS["between"], values=_bounds(column, days))
        return replace(
            state,
            filters=(*state.filters, between),
            columns=tuple(name for name in names if name in self.gate.fields()),
            sort=(Sort(column),),
            page=1,
            cursor=None,
            page_size=MAX_ENTRIES,
        )

    def _month(
        self,
        state: ListState,
        column: Field,
        first: datetime.date,
        days: Sequence[datetime.date],
        rows: Sequence[Line],
    ) -> Month:
        formats = current_formats()
        found = {day.date: day for day in self._days(state, column, first, days)}
        self._place(found, column, rows)
        whole, short = formats.locale.days["stand-alone"]["wide"], formats.locale.days["format"]
        ordered = list(found.values())
        return Month(
            title=formats.day_in_parts(first, "yMMMM"),
            weekdays=[
                (whole[day.weekday()], short["abbreviated"][day.weekday()]) for day in days[:7]
            ],
            weeks=[ordered[start : start + 7] for start in range(0, len(ordered), 7)],
            previous_url=state.url(month=f"{first - DAY:%Y-%m}"),
            next_url=state.url(month=f"{first + 31 * DAY:%Y-%m}"),
            today_url=state.url(month=""),
            zone=str(formats.timezone) if isinstance(column.kind, Moment) else "",
        )

    def _days(
        self,
        state: ListState,
        column: Field,
        first: datetime.date,
        days: Sequence[datetime.date],
    ) -> list[Day]:
        formats, today = current_formats(), current_formats().local(now()).date()
        adds = self._adds(column)
        is_filterable = column.name in self.derived.filter_columns
        return [
            Day(
                date=day,
                label=formats.date(day, "full"),
                is_in_month=day.month == first.month,
                is_today=day == today,
                list_url=_day_url(state, column, day) if is_filterable else "",
                add_url=self._add_url(adds, day, state) if adds is not None else None,
            )
            for day in days
        ]

    def _adds(self, column: Field) -> Field | None:
        """The field of the add form that a day fills in; None where the user may not add."""
        if not self.allows("add"):
            return None
        name = self.calendar_add or column.name
        offered = self.form_fields("add")
        return next((f for f in offered if f.name == name and not f.is_readonly), None)

    def _add_url(self, adds: Field, day: datetime.date, state: ListState) -> str:
        is_moment = isinstance(adds.kind, Moment)
        value = datetime.datetime.combine(day, NOON).isoformat() if is_moment else day.isoformat()
        back = f"{self.url('list')}{state.url(month=f'{day:%Y-%m}')}"
        return f"{self.url('add')}?{urlencode({adds.name: value, 'next': back})}"

    def _place(
        self, days: Mapping[datetime.date, Day], column: Field, rows: Sequence[Line]
    ) -> None:
        """Put each row on its day; of a day with very many the rest is only counted."""
        formats, start = current_formats(), record_address(self)
        stated = self.gate.fields().get(self.calendar_state)
        draw = cell(stated, lambda _row: None) if stated is not None else None
        for line in rows:
            value = line.values[0]
            is_moment = isinstance(value, datetime.datetime)
            day = days.get(formats.local(value).date() if is_moment else value)
            if day is None:
                continue
            if len(day.entries) >= SHOWN_A_DAY:
                day.more += 1
                continue
            day.entries.append(
                Entry(
                    title=line.title,
                    url=f"{start}{key_in_path(line.key)}",
                    time=formats.time(value) if is_moment else "",
                    state=html(draw(line.values[1])) if draw is not None else "",
                )
            )


def _first_day(month: str) -> datetime.date:
    """The first day of the month that the address names, or of the present one."""
    if month:
        return datetime.date.fromisoformat(f"{month}-01")
    return current_formats().local(now()).date().replace(day=1)


def _days_shown(first: datetime.date) -> list[datetime.date]:
    """The days of all weeks that the month has a part in."""
    starts_on = current_formats().locale.first_week_day
    weeks = calendar.Calendar(starts_on).monthdatescalendar(first.year, first.month)
    return [day for week in weeks for day in week]


def _bounds(column: Field, days: Sequence[datetime.date]) -> tuple[Any, Any]:
    """The first and the last value of these days."""
    if not isinstance(column.kind, Moment):
        return days[0], days[-1]
    return _start_of(days[0]), _start_of(days[-1] + DAY) - INSTANT


def _start_of(day: datetime.date) -> datetime.datetime:
    """The first moment of a day for whoever reads."""
    midnight = datetime.datetime.combine(day, datetime.time(), current_formats().timezone)
    return midnight.astimezone(datetime.UTC)


def _day_url(state: ListState, column: Field, day: datetime.date) -> str:
    """The list of one day."""
    if isinstance(column.kind, Moment):
        first = datetime.datetime.combine(day, datetime.time())
        raw = f"{first.isoformat()},{(first + DAY - INSTANT).isoformat()}"
    else:
        raw = f"{day.isoformat()},{day.isoformat()}"
    between = Condition(column, OPERATORS["between"], raw)
    return state.url(filters=(*state.filters, between), view="table", month="")
