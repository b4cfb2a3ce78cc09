"""Excel workbooks, sent while they are written: no file lies anywhere, in memory or on a disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import IO, Any, ClassVar, cast
from zipfile import ZIP_DEFLATED, ZipFile

from app.core.export import workbook
from app.core.export.base import CHUNK_BYTES, Exporter, Table
from app.core.export.cells import cells_of
from app.core.fields import Field

SHEET_ROWS = 1_048_576
"""What a sheet can hold; more rows go on in a second one."""
SHEET_BYTES = 1_900_000_000
"""Beyond this a sheet would need an extension of ZIP that not every reader has."""
COMPRESSION = 3


class XlsxExporter(Exporter):
    """Real numbers, dates and truth values; every text is a text, whatever it begins with."""

    name: ClassVar[str] = "xlsx"
    mimetype: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, sheet_rows: int = SHEET_ROWS, sheet_bytes: int = SHEET_BYTES) -> None:
        self.sheet_rows = sheet_rows
        self.sheet_bytes = sheet_bytes

    def write(self, table: Table) -> Iterator[bytes]:
        sink = _Sink()
        # A ZIP file asks for no more than a place to write to where it cannot go back.
        with ZipFile(cast("IO[bytes]", sink), "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as file:
            file.writestr("_rels/.rels", workbook.LINKS)
            file.writestr("xl/styles.xml", workbook.STYLES)
            titles: list[str] = []
            for _piece in self._write_sheets(file, table, titles):
                if sink.size > CHUNK_BYTES:
                    yield sink.take()
            for name, text in workbook.book_parts(titles).items():
                file.writestr(name, text)
        yield sink.take()

    def _write_sheets(self, file: ZipFile, table: Table, titles: list[str]) -> Iterator[None]:
        """Write all sheets and note their titles; stop now and then, for what is ready to go."""
        title = re.sub(r"[\[\]:*?/\\']", " ", table.title).strip()[:25] or "1"
        rows = table.rows(_xml_of)
        upcoming = next(rows, None)
        while upcoming is not None or not titles:
            titles.append(f"{title} {len(titles) + 1}" if titles else title)
            with file.open(f"xl/worksheets/sheet{len(titles)}.xml", "w") as sheet:
                upcoming = yield from self._write_sheet(sheet, table.heads, upcoming, rows)

    def _write_sheet(
        self, sheet: IO[bytes], heads: list[str], row: Any, rows: Iterator[Any]
    ) -> Generator[None, None, Any]:
        """Write a sheet from this row on; gives the first one that has no place in it."""
        names = workbook.column_names(len(heads))
        lines = [
            workbook.sheet_start(len(heads)),
            workbook.row_of(names, 1, map(workbook.head, heads)),
        ]
        size, total = 0, 0
        for number in range(2, self.sheet_rows + 1):
            if row is None or total > self.sheet_bytes:
                break
            line = workbook.row_of(names, number, row)
            lines.append(line)
            size += len(line)
            if size > CHUNK_BYTES:
                total += sheet.write("".join(lines).encode())
                lines, size = [], 0
                yield
            row = next(rows, None)
        sheet.write("".join([*lines, workbook.SHEET_END]).encode())
        return row


class _Sink:
    """Where the ZIP file is written to, until somebody takes away what has come."""

    def __init__(self) -> None:
        self.size = 0
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self.size, self._pieces = 0, []
        return taken


def _xml_of(field: Field) -> Callable[[Iterable[Any]], list[str]]:
    cells_in, xml = cells_of(field), workbook.cell
    return lambda column: [xml(cell) for cell in cells_in(column)]
