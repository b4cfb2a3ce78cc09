"""The parts of an Office Open XML workbook (ECMA-376), as far as a table of values needs them.

Texts stand in their cells instead of in a table of all texts, so a row is finished when it is
written, and memory does not grow with their number.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.core.export.cells import Cell

MAX_TEXT = 32_767
MAX_DIGITS = 15
"""A spreadsheet keeps numbers as binary floating point, which is exact up to here."""
COLUMN_WIDTH = 18
FIRST_DAY = datetime.date(1899, 12, 31)
MISSING_LEAP_DAY = 59
"""Spreadsheets count 29 February 1900, which never was."""
DAY_SECONDS = 86_400

_HEAD, _DATE, _MOMENT, _TIME = 1, 2, 3, 4
_OPENING = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Besides what XML cannot hold: what a reader would take for such a mark, and line ends it changes.
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

LINKS = (
    f'{_OPENING}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
STYLES = (
    f'{_OPENING}<styleSheet xmlns="{_MAIN}"><numFmts count="3">'
    '<numFmt numFmtId="164" formatCode="yyyy-mm-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy-mm-dd hh:mm:ss"/>'
    '<numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/>'
    '</border></borders><cellStyleXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1" applyAlignment="1"><alignment horizontal="left"/></xf>'
        for number in (164, 165, 166)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)
SHEET_END = "</sheetData></worksheet>"


def sheet_start(columns: int) -> str:
    """The beginning of a sheet: its first row stays in sight."""
    return (
        f'{_OPENING}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><cols><col min="1" max="{columns}" width="{COLUMN_WIDTH}"'
        ' customWidth="1"/></cols><sheetData>'
    )


def column_names(count: int) -> list[str]:
    """The letters of the first columns: A to Z, then AA, AB and so on."""
    return [_column_name(number) for number in range(count)]


def row_of(names: Sequence[str], number: int, cells: Iterable[str]) -> str:
    """A row; `cells` are what `cell` gives for each column."""
    written = [
        f'<c r="{name}{number}"{cell}' for name, cell in zip(names, cells, strict=True) if cell
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def cell(value: Cell) -> str:
    """A value, to be put behind the place of its cell; empty where there is nothing to write."""
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else _by_kind(value)


def head(text: str) -> str:
    """A heading, as `cell` gives a value."""
    return f' s="{_HEAD}"{_text(text)}'


def book_parts(titles: Sequence[str]) -> Mapping[str, str]:
    """The parts that name all sheets; they can be written when it is known how many there are."""
    numbers = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name="{_escaped(title).replace(chr(34), "&quot;")}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in zip(numbers, titles, strict=True)
    )
    targets = [(f"worksheets/sheet{n}.xml", "worksheet") for n in numbers]
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for n, (target, kind) in enumerate([*targets, ("styles.xml", "styles")], 1)
    )
    types = "".join(
        f'<Override PartName="/xl/{target}" ContentType="{_TYPE}.{kind}+xml"/>'
        for target, kind in [*targets, ("styles.xml", "styles"), ("workbook.xml", "sheet.main")]
    )
    return {
        "xl/workbook.xml": f'{_OPENING}<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{_OPENING}<Relationships"
        f' xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "[Content_Types].xml": f'{_OPENING}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
    }


def _column_name(number: int) -> str:
    before, last = divmod(number, 26)
    return (_column_name(before - 1) if before else "") + chr(ord("A") + last)


def _text(value: str) -> str:
    text = _escaped(value[:MAX_TEXT])
    # A reader may drop blanks at the ends unless it is told not to.
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def _escape(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"_x{ord(found[0]):04X}_"


def _number(value: float | Decimal) -> str:
    """A number, or a text where a spreadsheet would show another number."""
    return f"><v>{value}</v></c>" if _is_exact(value) else _text(str(value))


def _is_exact(number: int | float | Decimal) -> bool:
    if isinstance(number, float):
        return math.isfinite(number)
    if isinstance(number, int):
        return -(10**MAX_DIGITS) < number < 10**MAX_DIGITS
    return number.is_finite() and len(number.as_tuple().digits) <= MAX_DIGITS


def _date(value: datetime.date) -> str:
    days = _days(value)
    return f' s="{_DATE}"><v>{days}</v></c>' if days > 0 else _text(value.isoformat())


def _moment(value: datetime.datetime) -> str:
    # A spreadsheet knows no time zones: it gets what the reader's clock showed.
    days = _days(value.date())
    if days <= 0:
        return _text(value.replace(tzinfo=None).isoformat())
    return f' s="{_MOMENT}"><v>{days + _share(value.time())}</v></c>'


def _time(value: datetime.time) -> str:
    return f' s="{_TIME}"><v>{_share(value)}</v></c>'


def _days(day: datetime.date) -> int:
    days = (day - FIRST_DAY).days
    return days + 1 if days > MISSING_LEAP_DAY else days


def _share(time: datetime.time) -> float:
    """Which part of the day is over."""
    seconds = time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6
    return seconds / DAY_SECONDS


def _by_kind(value: Any) -> str:
    """Like `cell`, for a value of a class that is derived from another."""
    found = (write for known, write in _WRITERS.items() if isinstance(value, known))
    return next(found, lambda other: _text(str(other)))(value)


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    str: _text,
    type(None): lambda _value: "",
    bool: lambda value: f' t="b"><v>{int(value)}</v></c>',
    int: _number,
    float: _number,
    Decimal: _number,
    datetime.datetime: _moment,
    datetime.date: _date,
    datetime.time: _time,
}
