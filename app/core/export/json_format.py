"""JSON (RFC 8259): an array with one object a row, in the form that the REST API writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import ClassVar

from app.core.export.base import CHUNK_BYTES, Exporter, Table
from app.core.export.cells import json_of


class JsonExporter(Exporter):
    """For programs: names and values that are the same in every language."""

    name: ClassVar[str] = "json"
    mimetype: ClassVar[str] = "application/json"

    def write(self, table: Table) -> Iterator[bytes]:
        names = [field.name for field in table.fields]
        encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
        pieces, size, separator = ["["], 0, "\n"
        for row in table.rows(json_of):
            text = separator + encode(dict(zip(names, row, strict=True)))
            pieces.append(text)
            size += len(text)
            separator = ",\n"
            if size > CHUNK_BYTES:
                yield "".join(pieces).encode()
                pieces, size = [], 0
        yield "".join([*pieces, "\n]\n"]).encode()
