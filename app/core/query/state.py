"""What a person asked a list for, read once from the address into an immutable value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.errors import BadParameter
from app.core.fields import Field
from app.core.filters import Condition
from app.core.kinds import BadValue
from app.core.query.keyset import Cursor

PARAMETERS = tuple("q filter sort page after before page_size columns view month count".split())
MAX_PAGE = 10_000_000
MAX_SEARCH_LENGTH = 200
MAX_CONDITIONS = 50
VIEWS = ("table", "related")
CALENDAR = "calendar"
"""The view of a list that shows a month of it."""
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 1000, 9000

T = TypeVar("T")


@dataclass(frozen=True)
class Sort:
    """One column to sort by."""

    field: Field
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field.name}" if self.descending else self.field.name


@dataclass(frozen=True)
class ListRules:
    """What a list allows: read by `ListState.parse`, set by the view."""

    fields: Mapping[str, Field]
    """The fields that the user may see, and so filter, sort and choose by."""
    columns: tuple[str, ...]
    sort: tuple[Sort, ...] = ()
    page_size: int = 25
    max_page_size: int = 100
    sortable: Collection[str] | None = None
    filterable: Collection[str] | None = None
    has_calendar: bool = False


@dataclass(frozen=True)
class ListState:
    """The state of a list. Equal addresses give equal states, and `url` writes one back."""

    columns: tuple[str, ...]
    q: str = ""
    filters: tuple[Condition, ...] = ()
    sort: tuple[Sort, ...] = ()
    page: int = 1
    """The number of the page; beside a cursor it only says what to call the page."""
    cursor: Cursor | None = None
    """Behind or before which row the page begins; None where the pages are counted."""
    page_size: int = 25
    view: str = "table"
    month: str = ""
    """The month that a calendar shows, as `2026-11`; the present one where it is empty."""
    counts_exactly: bool = False
    """Whether the rows are to be counted even where that takes long; asked for page by page."""
    given: frozenset[str] = field(default=frozenset(), compare=False)
    """The parameters that the address named; only these are written back."""

    @classmethod
    def parse(cls, args: MultiDict[str, str], rules: ListRules) -> ListState:
        """Read the parameters of a list; raise `BadParameter` that names every wrong one."""
        reader = _Reader(args, rules)
        state = cls(
            q=reader.read("q", _read_search, ""),
            filters=reader.read_filters(),
            sort=reader.read("sort", reader.sort, rules.sort),
            page=reader.read("page", _read_page, 1),
            cursor=reader.cursor(),
            page_size=reader.read("page_size", reader.page_size, rules.page_size),
            columns=reader.read("columns", reader.columns, rules.columns),
            view=reader.read("view", reader.view, "table"),
            month=reader.read("month", _read_month, ""),
            counts_exactly=reader.read("count", _read_count, False),
            given=frozenset(name for name in args if name in PARAMETERS),
        )
        reader.finish()
        return state

    def url(self, **changes: Any) -> str:
        """The query string of this state with `changes`; a change starts again at page one."""
        changes = {"page": 1, "cursor": None} | changes
        changed = replace(self, **changes, given=self.given | changes.keys())
        return "?" + urlencode(changed.parameters())

    def exact_url(self) -> str:
        """The query string of this very page, with its rows counted exactly."""
        return "?" + urlencode([*self.parameters(), ("count", "exact")])

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the address, without those that have their default."""
        values: list[tuple[str, str]] = []
        if self.q:
            values.append(("q", self.q))
        values.extend(("filter", str(condition)) for condition in self.filters)
        for name, text in (
            ("sort", ",".join(str(sort) for sort in self.sort)),
            ("page_size", str(self.page_size)),
            ("columns", ",".join(self.columns)),
            ("view", self.view),
            ("month", self.month),
        ):
            if name in self.given and text:
                values.append((name, text))
        if self.page > 1:
            values.append(("page", str(self.page)))
        if self.cursor is not None:
            values.append(self.cursor.parameter())
        return values

    def without(self, condition: Condition) -> ListState:
        """This state without one of its conditions."""
        return replace(
            self,
            filters=tuple(kept for kept in self.filters if kept is not condition),
            page=1,
            cursor=None,
        )

    def sorted_by(self, field: Field) -> bool | None:
        """Whether the list is sorted by this field first: descending, ascending or not (None)."""
        first = self.sort[0] if self.sort else None
        return first.descending if first is not None and first.field.name == field.name else None

    def toggled_sort(self, field: Field) -> tuple[Sort, ...]:
        """The sort order after a click on this column's heading."""
        return (Sort(field, descending=self.sorted_by(field) is False),)


class _Reader:
    """Reads each parameter and gathers what is wrong, so that one page can say all of it."""

    def __init__(self, args: MultiDict[str, str], rules: ListRules) -> None:
        self.args, self.rules = args, rules
        self.wrong: dict[str, list[str]] = {
            name: [_("There is no such parameter.")] for name in args if name not in PARAMETERS
        }

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        values = self.args.getlist(name)
        if not values or values == [""]:
            return default
        try:
            if len(values) > 1:
                raise BadValue(_("Give it only once."))
            return parse(values[0])
        except BadValue as error:
            self.wrong[name] = [str(error)]
            return default

    def read_filters(self) -> tuple[Condition, ...]:
        texts = [text for text in self.args.getlist("filter") if text]
        found = []
        for text in texts[:MAX_CONDITIONS]:
            try:
                condition = Condition.parse(text, self.rules.fields)
                if not _is_allowed(condition.field, self.rules.filterable):
                    raise BadValue(
                        _("There is no field “%(name)s” to filter by.", name=condition.field.name)
                    )
                found.append(condition)
            except BadValue as error:
                self.wrong.setdefault("filter", []).append(str(error))
        if len(texts) > MAX_CONDITIONS:
            self.wrong["filter"] = [_("Give at most %(count)d conditions.", count=MAX_CONDITIONS)]
        return tuple(found)

    def sort(self, text: str) -> tuple[Sort, ...]:
        return tuple(self._one_sort(name) for name in text.split(","))

    def _one_sort(self, text: str) -> Sort:
        name = text.removeprefix("-")
        field = self.rules.fields.get(name)
        if field is None or not field.is_sortable or not _is_allowed(field, self.rules.sortable):
            raise BadValue(_("The list cannot be sorted by “%(name)s”.", name=name))
        return Sort(field, descending=text.startswith("-"))

    def cursor(self) -> Cursor | None:
        after = self.read("after", lambda text: Cursor.parse(text, is_before=False), None)
        before = self.read("before", lambda text: Cursor.parse(text, is_before=True), None)
        if after is not None and before is not None:
            self.wrong["before"] = [_("Give either “after” or “before”.")]
        return after or before

    def page_size(self, text: str) -> int:
        size = _read_positive(text, 10**9)
        # A larger page is not an error: one simply gets as much as a page may hold.
        return min(size, self.rules.max_page_size)

    def columns(self, text: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(text.split(",")))
        for name in names:
            if name not in self.rules.fields:
                raise BadValue(_("There is no column “%(name)s”.", name=name))
        return names

    def view(self, text: str) -> str:
        known = (*VIEWS, CALENDAR) if self.rules.has_calendar else VIEWS
        if text not in known:
            raise BadValue(_("Use one of: %(choices)s.", choices=", ".join(known)))
        return text

    def finish(self) -> None:
        if self.wrong:
            raise BadParameter(errors=self.wrong)


def _is_allowed(field: Field, names: Collection[str] | None) -> bool:
    return names is None or field.name in names


def _read_search(text: str) -> str:
    if "\0" in text or len(text) > MAX_SEARCH_LENGTH or not text.isprintable():
        raise BadValue(_("Search for at most %(count)d characters.", count=MAX_SEARCH_LENGTH))
    return text.strip()


def _read_page(text: str) -> int:
    return _read_positive(text, MAX_PAGE)


def _read_month(text: str) -> str:
    found = MONTH.fullmatch(text)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise BadValue(_("Write a month such as 2026-11."))
    return text


def _read_count(text: str) -> bool:
    if text != "exact":
        raise BadValue(_("Use one of: %(choices)s.", choices="exact"))
    return True


def _read_positive(text: str, limit: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= limit):
        raise BadValue(_("Write a whole number from 1 to %(limit)d.", limit=limit))
    return int(text)
