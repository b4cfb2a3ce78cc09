"""Workbooks hold what the list holds, and nothing that runs."""

import datetime
import io
import random
from dataclasses import replace
from decimal import Decimal
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from app.core.export import EXPORTERS, Table
from app.core.export.base import CHUNK_BYTES
from app.core.export.xlsx_format import XlsxExporter
from app.core.fields import Batch, fields_of
from tests.core.desk import Ticket

FIELDS = fields_of(Ticket)
LARGE = 2**62
TOO_LONG = "x" * 40_000


def book_of(fields, rows, title="Tickets", exporter=EXPORTERS["xlsx"]):
    batches = [Batch(len(rows), list(zip(*rows, strict=True)))] if rows else []
    pieces = exporter.write(Table(title, tuple(fields), iter(batches)))
    return load_workbook(io.BytesIO(b"".join(pieces)))


def cell_of(name, value):
    """The one cell of a workbook with one row."""
    return book_of([FIELDS[name]], [(value,)]).active["A2"]


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
    rows = [(number,) for number in range(7)]

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


def test_a_sheet_that_grows_too_large_goes_on_in_the_next():
    rows = [(f"{number} " + "x" * 30_000,) for number in range(9)]

    book = book_of([FIELDS["country"]], rows, exporter=XlsxExporter(sheet_bytes=150_000))

    found = [cell.value for sheet in book.worksheets for cell in sheet["A"][1:]]
    assert found == [row[0] for row in rows]
    assert len(book.worksheets) > 1


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_sheet_is_begun_only_for_a_row(count):
    rows = [(number,) for number in range(count)]

    book = book_of([FIELDS["hours"]], rows, exporter=XlsxExporter(sheet_rows=4))

    assert len(book.worksheets) == (2 if count > 3 else 1)


def test_pieces_come_while_rows_are_read():
    read = []

    def batches():
        for number in range(200):
            read.append(number)
            texts = [random.Random(f"{number} {n}").randbytes(500).hex() for n in range(100)]
            yield Batch(100, [texts])

    pieces = EXPORTERS["xlsx"].write(Table("t", (FIELDS["country"],), batches()))

    assert len(next(pieces)) < 4 * CHUNK_BYTES
    assert len(read) < 10


def test_the_first_part_tells_what_the_file_is():
    data = b"".join(EXPORTERS["xlsx"].write(Table("t", (FIELDS["hours"],), iter([]))))

    names = ZipFile(io.BytesIO(data)).namelist()

    assert names[0] == "_rels/.rels"
    assert sorted(names) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    ]
