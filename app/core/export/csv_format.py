"""Comma-separated values (RFC 4180), in UTF-8 with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from typing import ClassVar

from app.core.export.base import CHUNK_BYTES, Exporter, Table
from app.core.export.cells import Cell, cell_reader, neutralise


class CsvExporter(Exporter):
    """Texts in the reader's language, numbers with a point, dates as ISO 8601 writes them."""

    name: ClassVar[str] = "csv"
    mimetype: ClassVar[str] = "text/csv; charset=utf-8"

    def write(self, table: Table) -> Iterator[bytes]:
        readers = [cell_reader(field) for field in table.fields]
        return write_csv(table.heads, ([read(row) for read in readers] for row in table.rows))


def write_csv(heads: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """A CSV file in pieces; its texts cannot become formulas."""
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow([neutralise(head) for head in heads])
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
        if buffer.tell() > CHUNK_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _text(cell: Cell) -> object:
    if isinstance(cell, str):
        return neutralise(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, (datetime.date, datetime.time)) else cell
