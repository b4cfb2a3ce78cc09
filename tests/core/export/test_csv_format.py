"""CSV files can be read back, and grow piece by piece."""

import csv
import datetime
import io
from decimal import Decimal

from hypothesis import given, strategies as st

from app.core.export import write_csv
from app.core.export.base import CHUNK_BYTES
from app.core.export.cells import neutralise

CSV_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def rows_of(pieces):
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.lists(st.lists(CSV_TEXTS, min_size=2, max_size=2)))
def test_texts_come_back_but_for_the_apostrophe(rows):
    found = rows_of(write_csv(["a", "b"], rows))

    assert found == [["a", "b"], *([neutralise(cell) for cell in row] for row in rows)]


def test_numbers_and_dates_are_plain():
    cells = [-1, Decimal("-1.50"), 1.5, True, None, datetime.date(2026, 1, 2), datetime.time(9)]

    found = rows_of(write_csv(["=h"], [cells]))

    assert found == [["'=h"], ["-1", "-1.50", "1.5", "true", "", "2026-01-02", "09:00:00"]]


def test_file_begins_with_the_mark_of_utf_8():
    assert next(write_csv(["é"], [])) == "\ufeffé\r\n".encode()


def test_pieces_are_made_as_rows_are_read():
    read = []

    def rows():
        for number in range(100):
            read.append(number)
            yield ["x" * 2000]

    pieces = write_csv(["a"], rows())

    assert CHUNK_BYTES < len(next(pieces)) < 2 * CHUNK_BYTES
    assert len(read) < 50
