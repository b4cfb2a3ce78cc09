"""Office Open XML workbooks (ECMA-376), written row by row into a temporary file."""

from __future__ import annotations

import datetime
import math
import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any, ClassVar

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.core.export.base import CHUNK_BYTES, Exporter, Table
from app.core.export.cells import Cell, cell_reader

SHEET_ROWS = 1_048_576
"""What a sheet can hold; more rows go on in a second one."""
MAX_TEXT = 32_767
MAX_DIGITS = 15
"""A spreadsheet keeps numbers as binary floating point, which is exact up to here."""
FIRST_YEAR = 1900
COLUMN_WIDTH = 18
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS = {
    "head": {"bold": True, "bottom": 1},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"},
    "time": {"num_format": "hh:mm:ss", "align": "left"},
}


class XlsxExporter(Exporter):
    """Real numbers, dates and truth values; every text is a text, whatever it begins with."""

    name: ClassVar[str] = "xlsx"
    mimetype: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, sheet_rows: int = SHEET_ROWS) -> None:
        self.rows_below_head = sheet_rows - 1

    def write(self, table: Table) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as file:
            _write_book(file, table, self.rows_below_head)
            file.seek(0)
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


def _write_book(file: IO[bytes], table: Table, rows_below_head: int) -> None:
    readers = [cell_reader(field) for field in table.fields]
    book = Workbook(file, OPTIONS)
    formats = {name: book.add_format(look) for name, look in FORMATS.items()}
    sheet = _add_sheet(book, table, formats["head"], 1)
    for number, row in enumerate(table.rows):
        position = number % rows_below_head + 1
        if number and position == 1:
            sheet = _add_sheet(book, table, formats["head"], number // rows_below_head + 1)
        for column, read in enumerate(readers):
            _write_cell(sheet, position, column, read(row), formats)
    book.close()


def _add_sheet(book: Workbook, table: Table, look: Any, number: int) -> Worksheet:
    title = re.sub(r"[\[\]:*?/\\']", " ", table.title).strip()[:25] or "1"
    sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
    sheet.set_column(0, max(0, len(table.fields) - 1), COLUMN_WIDTH)
    sheet.freeze_panes(1, 0)
    for column, head in enumerate(table.heads):
        sheet.write_string(0, column, head[:MAX_TEXT], look)
    return sheet


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: Any) -> None:
    match cell:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, column, cell)
        case int() | float() | Decimal() if _is_exact(cell):
            sheet.write_number(row, column, cell)
        case datetime.datetime() if cell.year >= FIRST_YEAR:
            # A spreadsheet knows no time zones: it gets what the reader's clock showed.
            sheet.write_datetime(row, column, cell.replace(tzinfo=None), formats["moment"])
        case datetime.date() if cell.year >= FIRST_YEAR:
            sheet.write_datetime(row, column, cell, formats["date"])
        case datetime.time():
            sheet.write_datetime(row, column, cell.replace(tzinfo=None), formats["time"])
        case datetime.date():
            sheet.write_string(row, column, cell.isoformat())
        case _:
            sheet.write_string(row, column, str(cell)[:MAX_TEXT])


def _is_exact(number: int | float | Decimal) -> bool:
    """Whether a spreadsheet would show this number and no other."""
    if isinstance(number, float):
        return math.isfinite(number)
    if isinstance(number, int):
        return abs(number) < 10**MAX_DIGITS
    return number.is_finite() and len(number.as_tuple().digits) <= MAX_DIGITS
