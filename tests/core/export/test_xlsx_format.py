"""Workbooks hold what the list holds, and nothing that runs."""

import datetime
import io
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from app.core.export import EXPORTERS, Table
from app.core.export.xlsx_format import XlsxExporter
from app.core.fields import fields_of
from tests.core.desk import Ticket

FIELDS = fields_of(Ticket)
LARGE = 2**62
TOO_LONG = "x" * 40_000


def book_of(fields, rows, title="Tickets", exporter=EXPORTERS["xlsx"]):
    pieces = exporter.write(Table(title, tuple(fields), iter(rows)))
    return load_workbook(io.BytesIO(b"".join(pieces)))


def cell_of(name, value):
    """The one cell of a workbook with one row."""
    return book_of([FIELDS[name]], [Ticket(**{name: value})]).active["A2"]


@pytest.mark.parametrize(
    ("name", "value", "data_type", "shown"),
    [
        ("hours", -3, "n", -3),
        ("hours", LARGE, "s", str(LARGE)),
        ("amount", Decimal("12.50"), "n", 12.5),
        ("amount", Decimal("1234567890123456.78"), "s", "1234567890123456.78"),
        ("ratio", float("nan"), "s", "nan"),
        ("ratio", float("-inf"), "s", "-inf"),
        ("paid", True, "b", True),
        ("opened_on", datetime.date(1899, 1, 1), "s", "1899-01-01"),
        ("opened_on", None, "n", None),
        ("country", "=1+1", "s", "=1+1"),
        ("country", "https://example.test", "s", "https://example.test"),
        ("country", "007", "s", "007"),
        ("country", TOO_LONG, "s", TOO_LONG[:32_767]),
    ],
)
def test_cells(name, value, data_type, shown):
    cell = cell_of(name, value)

    assert (cell.data_type, cell.value) == (data_type, shown)
    assert cell.hyperlink is None


def test_dates_are_dates():
    cell = cell_of("opened_on", datetime.date(2026, 3, 1))

    assert cell.is_date
    assert cell.number_format == "yyyy-mm-dd"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next():
    rows = [Ticket(hours=number) for number in range(7)]

    book = book_of([FIELDS["hours"]], rows, exporter=XlsxExporter(sheet_rows=4))

    columns = [[cell.value for cell in sheet["A"]] for sheet in book.worksheets]
    assert columns == [["Hours", 0, 1, 2], ["Hours", 3, 4, 5], ["Hours", 6]]
    assert book.sheetnames == ["Tickets", "Tickets 2", "Tickets 3"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("a/b[c]:*?'", "a b c"), ("", "1"), ("x" * 40, "x" * 25), ("História", "História")],
)
def test_sheet_has_a_name_that_spreadsheets_accept(title, name):
    assert book_of([FIELDS["hours"]], [], title).sheetnames == [name]


def test_label_of_a_column_is_no_formula():
    field = replace(FIELDS["hours"], label="=1+1")

    assert book_of([field], []).active["A1"].data_type == "s"
