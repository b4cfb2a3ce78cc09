"""The table of a list: how each row is drawn, decided once a page.

The rows make up most of a page. They are put together here and not by a template, which would look
up every name of every cell again. HTML says where a cell or a row ends without being told, and
which of them a heading is for, so neither is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from markupsafe import Markup

from app.core.drawing import MAX_TITLE_CELL, Link, cell, download, html, shortened
from app.core.fields import Field, Line
from app.core.views.context import file_linker, key_in_path, link_maker, record_address

if TYPE_CHECKING:
    from app.core.views.base import Screen

_MARK = "\0"
"""Stands where the title of a record will be; no title has this character."""

Draw = Callable[[Line], str]
FileLink = Callable[[Field, str], str]


class Rows:
    """Draws the rows of one page of one list, for one reader."""

    def __init__(
        self,
        view: Screen,
        columns: Sequence[Field],
        *,
        is_pickable: bool = False,
        has_files: bool = True,
    ) -> None:
        """Take the columns; `has_files` is for rows whose files can be fetched now."""
        self._address = escape(record_address(view))
        self._is_pickable = is_pickable
        self._select = escape(_("Select %(record)s", record=_MARK))
        self._lead = _lead_of(columns[0]) if columns else _title
        link = link_maker()
        file_link = file_linker(view) if has_files else None
        self._cells = [
            _cell_of(number, field, link, file_link)
            for number, field in enumerate(columns)
            if number
        ]

    def draw(self, lines: Iterable[Line]) -> Markup:
        """All these rows."""
        return html("".join(map(self._row, lines)))

    def draw_one(self, line: Line) -> Markup:
        """One row alone."""
        return html(self._row(line))

    def _row(self, line: Line) -> str:
        """One row: what selects it, its name that leads to the record, and the other cells."""
        parts = ["<tr>"]
        if self._is_pickable:
            label = self._select.replace(_MARK, escape(line.title))
            parts.append(
                "<td class=pick><label><input type=checkbox name=key form=bulk"
                f' value="{escape(line.key)}" aria-label="{label}"></label>'
            )
        address = f"{self._address}{escape(key_in_path(line.key))}"
        parts.append(f'<th class=lead><a href="{address}">{self._lead(line)}</a>')
        parts += [draw(line) for draw in self._cells]
        return "".join(parts)

    def lead(self, line: Line) -> Markup:
        """The text of the first cell of a row."""
        return html(self._lead(line))

    def cells(self, line: Line) -> Markup:
        """The cells of a row behind its first one."""
        return html("".join(draw(line) for draw in self._cells))


def _title(line: Line) -> str:
    return escape(line.title)


def _lead_of(field: Field) -> Draw:
    """What stands in the first column: a text, because it leads to the record itself."""

    def draw(line: Line) -> str:
        value = line.values[0]
        text = line.title if value is None or value == "" else field.text_of(value)
        return escape(shortened(text, MAX_TITLE_CELL))

    return draw


def _cell_of(number: int, field: Field, link: Link, file_link: FileLink | None) -> Draw:
    start = "<td>"
    if field.is_many:
        start = "<td class=many>"
    elif field.kind.align == "end":
        start = "<td class=end>"
    if field.kind.name == "file" and file_link is not None:
        return lambda line: f"{start}{download(line.values[number], file_link(field, line.key))}"
    draw = cell(field, link)
    return lambda line: start + draw(line.values[number])
