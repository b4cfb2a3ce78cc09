"""Exports: a list as a file, streamed. Each format is one small file; this is the list of them."""

from collections.abc import Mapping

from app.core.export.base import Exporter, Table
from app.core.export.csv_format import CsvExporter, write_csv
from app.core.export.json_format import JsonExporter
from app.core.export.xlsx_format import XlsxExporter

EXPORTERS: Mapping[str, Exporter] = {
    exporter.name: exporter for exporter in (CsvExporter(), XlsxExporter(), JsonExporter())
}

__all__ = ["EXPORTERS", "Exporter", "Table", "write_csv"]
