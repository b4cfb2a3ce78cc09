"""Comma-separated values (RFC 4180), in UTF-8 with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar

from app.core.export.base import CHUNK_BYTES, Exporter, Table
from app.core.export.cells import Cell, cells_of, neutralise
from app.core.fields import Field

ROWS_AT_ONCE = 20


class CsvExporter(Exporter):
    """Texts in the reader's language, numbers with a point, dates as ISO 8601 writes them."""

    name: ClassVar[str] = "csv"
    mimetype: ClassVar[str] = "text/csv; charset=utf-8"

    def write(self, table: Table) -> Iterator[bytes]:
        return _write(table.heads, table.rows(_texts_of))


def write_csv(heads: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """A CSV file in pieces; its texts cannot become formulas."""
    return _write(heads, (_texts(row) for row in rows))


def _write(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    writer.writerow([neutralise(head) for head in heads])
    upcoming = iter(rows)
    while some := list(islice(upcoming, ROWS_AT_ONCE)):
        writer.writerows(some)
        if buffer.tell() > CHUNK_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _texts_of(field: Field) -> Callable[[Iterable[Any]], list[object]]:
    cells_in = cells_of(field)
    return lambda column: _texts(cells_in(column))


def _texts(cells: Iterable[Cell]) -> list[object]:
    """What the writer is given: texts that are no formulas, and numbers as they are."""
    # Nearly every cell is a text that begins with a letter, and is not worth a call.
    return [c if type(c) is str and c[:1].isalnum() else _text(c) for c in cells]


def _text(cell: Cell) -> object:
    write = _WRITERS.get(type(cell))
    return write(cell) if write is not None else _text_by_kind(cell)


def _text_by_kind(cell: Cell) -> object:
    """Like `_text`, for a value of a class that is derived from another."""
    found = (write for known, write in _WRITERS.items() if isinstance(cell, known))
    return next(found, lambda other: neutralise(str(other)))(cell)


def _itself(cell: Any) -> Any:
    return cell


_WRITERS: Mapping[type, Callable[[Any], object]] = {
    str: neutralise,
    type(None): _itself,
    bool: lambda cell: "true" if cell else "false",
    int: _itself,
    float: _itself,
    Decimal: _itself,
    datetime.datetime: datetime.datetime.isoformat,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
}
