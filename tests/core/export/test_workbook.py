"""The parts of a workbook are XML that says what was meant, whatever the texts are."""

import datetime
import enum
import io
from decimal import Decimal
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given, strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from app.core.export import EXPORTERS, Table, workbook
from app.core.fields import Batch, fields_of
from tests.core.desk import Ticket

FIELD = fields_of(Ticket)["country"]
XML_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


class Weather(enum.StrEnum):
    RAIN = "=rain"


def sheet_of(texts):
    """The XML of the sheet that has these texts in its one column."""
    batch = Batch(len(texts), [texts])
    data = b"".join(EXPORTERS["xlsx"].write(Table("t", (FIELD,), iter([batch]))))
    return ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


@given(st.lists(XML_TEXTS, min_size=1, max_size=5))
def test_any_text_can_be_read_back(texts):
    root = ElementTree.fromstring(sheet_of(texts))

    cells = [found.text or "" for found in root.iter() if found.tag.endswith("}t")][1:]

    assert [unescape(cell) for cell in cells] == texts


def test_a_lone_surrogate_breaks_nothing():
    assert b"_xD800_" in sheet_of(["\ud800"])


@pytest.mark.parametrize(
    ("number", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (702, "AAA")]
)
def test_names_of_columns(number, name):
    assert workbook.column_names(number + 1)[-1] == name


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (Weather.RAIN, ' t="inlineStr"><is><t>=rain</t></is></c>'),
        (10**15, ' t="inlineStr"><is><t>1000000000000000</t></is></c>'),
        (Decimal("-0.10"), "><v>-0.10</v></c>"),
        (Decimal("NaN"), ' t="inlineStr"><is><t>NaN</t></is></c>'),
        (False, ' t="b"><v>0</v></c>'),
        (datetime.date(1900, 2, 28), ' s="2"><v>59</v></c>'),
        (datetime.date(1900, 3, 1), ' s="2"><v>61</v></c>'),
        (datetime.date(1899, 12, 31), ' t="inlineStr"><is><t>1899-12-31</t></is></c>'),
        (datetime.time(12), ' s="4"><v>0.5</v></c>'),
        (b"x", " t=\"inlineStr\"><is><t>b'x'</t></is></c>"),
    ],
)
def test_values(value, written):
    assert workbook.cell(value) == written


def test_titles_of_sheets_are_escaped():
    data = b"".join(EXPORTERS["xlsx"].write(Table('A & "B" <c>', (FIELD,), iter([]))))

    assert load_workbook(io.BytesIO(data)).sheetnames == ['A & "B" <c>']
